import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { gatherFacts, openableExiftool } from "../../launcher/facts.ts";
import type { Layout } from "../../launcher/layout.ts";
import type { Manifest } from "../../launcher/manifest.ts";
import { loadPlatform, type Platform } from "../../launcher/platform.ts";
import { sha256Of } from "../../build/digest.ts";

/** A Windows whose ANSI code page holds ASCII alone. */
function windows(shortPath: string | undefined): Platform {
  return {
    ansiCodePageHolds: (text: string) => /^[ -~]*$/.test(text),
    shortPath: () => shortPath,
  } as unknown as Platform;
}

const plain = { exiftool: "C:\\MediaParser\\exiftool.exe" } as Layout;
const greek = { exiftool: "C:\\Φωτό\\exiftool.exe" } as Layout;

Deno.test("openableExiftool() leaves a path that the code page holds as it is", () => {
  assertEquals(openableExiftool(plain, windows("C:\\X~1")), plain.exiftool);
  assertEquals(openableExiftool({} as Layout, windows(undefined)), undefined);
});

Deno.test("openableExiftool() takes the short path otherwise, if that is any better", () => {
  const short = "C:\\F2A1~1\\exiftool.exe";
  assertEquals(openableExiftool(greek, windows(short)), short);
  assertEquals(openableExiftool(greek, windows(undefined)), undefined);
  // Where short names are switched off, Windows answers with the long one.
  assertEquals(openableExiftool(greek, windows(greek.exiftool)), undefined);
});

Deno.test("gatherFacts() finds missing and changed files, and the longest path", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(root, "app"));
    await Deno.writeTextFile(join(root, "run.py"), "changed");
    await Deno.writeTextFile(join(root, "app", "whole.py"), "whole");
    const file = (path: string, text: string) => ({
      ...{ path, sha256: sha256Of(text), size: text.length },
    });
    const manifest = {
      files: [
        file("app/missing.py", "missing"),
        file("app/whole.py", "whole"),
        file("run.py", "as it w"),
      ],
    } as unknown as Manifest;
    const facts = await gatherFacts({
      layout: { kind: "portable", root } as Layout,
      manifest,
      platform: await loadPlatform(),
      host: "127.0.0.1",
      files: "thorough",
    });
    assertEquals(
      facts.changedFiles.map(({ path, problem }) => [
        path,
        problem.split(" ")[0],
      ]),
      [["app/missing.py", "missing"], ["run.py", "changed"]],
    );
    assertEquals(facts.longestPath, "app/missing.py".length);
    assertEquals(facts.writeError, undefined);
    assertEquals(facts.exiftoolCanOpen, true);
    // What it tried leaves no trace.
    assertEquals(
      [...Deno.readDirSync(root)].map(({ name }) => name).sort(),
      ["app", "run.py"],
    );
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("gatherFacts() says why nothing can be written in the folder", async () => {
  const root = join(await Deno.makeTempDir(), "gone");
  try {
    const facts = await gatherFacts({
      layout: { kind: "portable", root } as Layout,
      manifest: undefined,
      platform: await loadPlatform(),
      host: "127.0.0.1",
      files: "present",
    });
    assertEquals(typeof facts.writeError, "string");
  } finally {
    await Deno.remove(join(root, ".."), { recursive: true });
  }
});
