import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import {
  appVersion,
  readManifest,
  readSettings,
  tomlName,
  versionInSource,
} from "../../launcher/context.ts";
import type { Layout } from "../../launcher/layout.ts";
import { UserError } from "../../launcher/user_error.ts";

/** An empty installation. */
async function inInstallation(
  test: (layout: Layout) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await test({
      root,
      dotenv: join(root, ".env"),
      manifest: join(root, "manifest.json"),
    } as Layout);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const declarations: [string, string | undefined][] = [
  ['__version__ = "1.2.3"', "1.2.3"],
  ['"""Docs."""\nimport os\n__version__ = \'2.0\'\n', "2.0"],
  ['__version__: str = "3.1.0"', "3.1.0"],
  ['__version__="4"', "4"],
  ['    __version__ = "indented"', undefined],
  ['# __version__ = "1.2.3"', undefined],
  ["__version__ = get_version()", undefined],
  ["", undefined],
];

for (const [source, version] of declarations) {
  Deno.test(`versionInSource() reads ${version} in ${JSON.stringify(source)}`, () => {
    assertEquals(versionInSource(source), version);
  });
}

Deno.test("appVersion() is the checkout's own, or 0.0.0 where it tells none", () =>
  inInstallation(async (layout) => {
    assertEquals(await appVersion(layout, undefined), "0.0.0");
    await Deno.mkdir(join(layout.root, "app"));
    await Deno.writeTextFile(
      join(layout.root, "app", "__init__.py"),
      '__version__ = "1.4.0"\n',
    );
    assertEquals(await appVersion(layout, undefined), "1.4.0");
  }));

Deno.test("readManifest() has a remedy for a bundle without one, and needs none in a checkout", () =>
  inInstallation(async (layout) => {
    const { manifest: _, ...checkout } = layout;
    assertEquals(await readManifest(checkout), undefined);
    const error = await assertRejects(() => readManifest(layout), UserError);
    assertStringIncludes(error.message, "'manifest.json' is missing");
    assertStringIncludes(error.message, "Unzip MediaParser again");
  }));

Deno.test("readSettings() takes MediaParser.toml as Windows' editors write it", () =>
  inInstallation(async (layout) => {
    await Deno.writeTextFile(
      join(layout.root, tomlName),
      "\uFEFF# mine\r\nport = 8123\r\n",
    );
    const { port } = await readSettings(layout, {});
    assertEquals(port.value, 8123);
    const { port: given } = await readSettings(layout, { port: "8124" });
    assertEquals(given.value, 8124);
  }));

Deno.test("readSettings() answers a broken MediaParser.toml with one line and its place", () =>
  inInstallation(async (layout) => {
    const path = join(layout.root, tomlName);
    await Deno.writeTextFile(path, "port = \n");
    const error = await assertRejects(
      () => readSettings(layout, {}),
      UserError,
      `Cannot use '${path}'`,
    );
    assertEquals(error.exitCode, 2);
    assertEquals(error.happened.split("\n").length, 1);
  }));

Deno.test("readSettings() answers a MediaParser.toml that is no file with what to do", () =>
  inInstallation(async (layout) => {
    await Deno.mkdir(join(layout.root, tomlName));
    await assertRejects(
      () => readSettings(layout, {}),
      UserError,
      "Make it a UTF-8 text file that you may read, or delete it.",
    );
  }));
