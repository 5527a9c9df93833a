/**
 * What can stand in the way of a start on Windows: each told with its remedy.
 *
 * Not shown by Wine: a folder that may only be read (root may write anywhere;
 * try C:\Program Files), a network drive, OneDrive, a port that Windows itself
 * reserves (netsh interface ipv4 add excludedportrange protocol=tcp
 * startport=5000 numberofports=1), and a folder name beyond the code page.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import { freePort } from "../support/ports.ts";
import { testUnless } from "../support/requirements.ts";
import { UnpackedBundle } from "./bundle.ts";
import { ConsoleWindow } from "./console.ts";
import { missingForConsole } from "./machine.ts";

const missing = missingForConsole();

/** Runs a command and gives its exit code and all it said. */
async function said(
  bundle: UnpackedBundle,
  ...args: string[]
): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await bundle.command(...args);
  return { code, text: stdout + stderr };
}

testUnless(
  missing,
  "wrong flags, settings and keys are told, and files that are missing or changed",
  async () => {
    await using bundle = await UnpackedBundle.unpack();
    const path = (...parts: string[]) => join(bundle.folder, ...parts);

    const version = await said(bundle, "--version");
    assertEquals(version, { code: 0, text: version.text });
    assertMatch(version.text, /^MediaParser \d+\.\d+\.\d+/);
    const flag = await said(bundle, "--prot", "80");
    assertEquals(flag.code, 2);
    assertStringIncludes(flag.text, "did you mean --port?");

    await Deno.writeTextFile(path("MediaParser.toml"), "port = 'many'\r\n");
    const toml = await said(bundle, "--no-browser");
    assertEquals(toml.code, 2);
    assertStringIncludes(toml.text, "port in MediaParser.toml 'many'");
    await Deno.remove(path("MediaParser.toml"));

    await Deno.writeTextFile(path(".env"), "SECRET_KEY=change-me-now-please\n");
    const dotenv = await said(bundle, "--no-browser");
    assertEquals(dotenv.code, 1);
    assertStringIncludes(dotenv.text, "the one of an example");
    await Deno.remove(path(".env"));

    assertEquals((await said(bundle, "doctor")).code, 0);
    const script = path("app", "__init__.py");
    const source = await Deno.readTextFile(script);
    await Deno.writeTextFile(
      script,
      source.replace("MediaParser", "MediaPirate"),
    );
    const doctor = await said(bundle, "doctor");
    assertEquals(doctor.code, 1);
    assertStringIncludes(doctor.text, "'app/__init__.py' is changed");
    await Deno.writeTextFile(script, source);

    const library = path("tools", "python", "sqlite3.dll");
    await Deno.truncate(library, 1000);
    const changed = await said(bundle, "--no-browser");
    assertEquals(changed.code, 1);
    assertStringIncludes(changed.text, "'tools/python/sqlite3.dll' is changed");
    await Deno.remove(library);
    const gone = await said(bundle, "--no-browser");
    assertEquals(gone.code, 1);
    assertStringIncludes(gone.text, "'tools/python/sqlite3.dll' is missing");
  },
);

testUnless(
  missing,
  "folders inside a zip, with a semicolon, or too deep are refused by name",
  async () => {
    await using bundle = await UnpackedBundle.unpack();
    const { machine } = bundle;
    let parent = dirname(bundle.folder);
    for (
      const [name, expected] of [
        ["Temp1_MediaParser-Windows.zip", /from inside its zip/],
        ["a;b", /has a semicolon in it/],
        ["deep-".repeat(40), /path is too long: .* reaches \d{3} characters/],
      ] as const
    ) {
      const moved = join(dirname(parent), name);
      await Deno.rename(parent, moved);
      parent = moved;
      const folder = join(moved, "MediaParser");
      const { code, stdout, stderr } = await machine.run(
        join(folder, "MediaParser-launcher.exe"),
        ["--no-browser"],
        { folder },
      );
      assertEquals(code, 1, name);
      assertMatch(stdout + stderr, expected);
    }
  },
);

testUnless(
  missing,
  "of two starts at once one serves the page, and the other shows it",
  async () => {
    await using bundle = await UnpackedBundle.unpack();
    const open = () =>
      ConsoleWindow.open(
        bundle.machine,
        bundle.launcher,
        ["--no-browser", "--port", String(freePort())],
        { folder: bundle.folder },
      );
    await using one = await open();
    await using other = await open();
    const [text] = await Promise.all([
      one.shows(/is ready: (\S+)|runs already: (\S+)/),
      other.shows(/is ready: (\S+)|runs already: (\S+)/),
    ]);
    const [winner, loser] = text[1] ? [one, other] : [other, one];
    assertEquals(await loser.ended(), 0);
    await winner.shows(/is ready/);
    await winner.press("C-c");
    assertEquals(await winner.ended(), 0);
    await bundle.nothingLeft();
  },
);
