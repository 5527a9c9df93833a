import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import {
  configure,
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipWriter,
} from "@zip-js/zip-js";
import { memoryEntry } from "../../build/content.ts";
import { makeManifest, manifestText } from "../../build/manifest.ts";
import {
  parseSums,
  sumsName,
  sumsText,
  verifyFolder,
  verifyZip,
} from "../../build/verify.ts";
import { describeVerification, main } from "../../build/verify_main.ts";
import { sha256OfFile } from "../../launcher/integrity.ts";
import { UserError } from "../../launcher/user_error.ts";

configure({ useWebWorkers: false });

const encoder = new TextEncoder();

/** The files of a small bundle, with its manifest. */
function files(): Map<string, Uint8Array<ArrayBuffer>> {
  const contents = new Map<string, Uint8Array<ArrayBuffer>>([
    ["run.py", encoder.encode("print('run')\n".repeat(40))],
    ["app/__init__.py", encoder.encode("")],
    ["tools/ffmpeg/ffmpeg.exe", crypto.getRandomValues(new Uint8Array(3000))],
  ]);
  const manifest = makeManifest({
    app: { name: "MediaParser", version: "1.0.0" },
    alembic: { head: "a", revisions: ["a"] },
    preload: [],
    components: [],
    entries: [...contents].map(([path, bytes]) =>
      memoryEntry(path, "app", bytes)
    ),
  });
  contents.set("manifest.json", encoder.encode(manifestText(manifest)));
  return contents;
}

/** A folder to write into. */
async function temporary(): Promise<{ root: string } & AsyncDisposable> {
  const root = await Deno.makeTempDir({ prefix: "verify" });
  return {
    root,
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

async function writeZip(
  path: string,
  contents: Map<string, Uint8Array>,
): Promise<Uint8Array> {
  const writer = new ZipWriter(new Uint8ArrayWriter());
  for (const [name, bytes] of contents) {
    await writer.add(`MediaParser/${name}`, new Uint8ArrayReader(bytes));
  }
  const bytes = await writer.close();
  await Deno.writeFile(path, bytes);
  return bytes;
}

async function writeFolder(
  root: string,
  contents: Map<string, Uint8Array>,
): Promise<void> {
  for (const [name, bytes] of contents) {
    await Deno.mkdir(join(root, name, ".."), { recursive: true });
    await Deno.writeFile(join(root, name), bytes);
  }
}

Deno.test("verifyZip() finds nothing in a zip as it was built", async () => {
  await using folder = await temporary();
  const zip = join(folder.root, "a.zip");
  await writeZip(zip, files());
  const found = await verifyZip(zip);
  assertEquals([found.findings, found.sums, found.manifest?.app.version], [
    [],
    "absent",
    "1.0.0",
  ]);
  await Deno.writeTextFile(
    join(folder.root, sumsName),
    sumsText(new Map([["a.zip", await sha256OfFile(zip)]])),
  );
  assertEquals((await verifyZip(zip)).sums, "matched");
  assertEquals(
    describeVerification("a.zip", await verifyZip(zip)).at(-1),
    "OK: a.zip",
  );
});

Deno.test("verifyZip() finds one flipped bit wherever it lies in the zip", async () => {
  await using folder = await temporary();
  const zip = join(folder.root, "a.zip");
  const bytes = await writeZip(zip, files());
  await Deno.writeTextFile(
    join(folder.root, sumsName),
    sumsText(new Map([["a.zip", await sha256OfFile(zip)]])),
  );
  for (let at = 0; at < bytes.length; at += 61) {
    const damaged = bytes.slice();
    damaged[at]! ^= 1;
    await Deno.writeFile(zip, damaged);
    const found = await verifyZip(zip);
    assertEquals(found.sums, "differs", `byte ${at}`);
    assert(found.findings.length > 0);
  }
});

Deno.test("verifyZip() names the file whose content was damaged", async () => {
  await using folder = await temporary();
  const zip = join(folder.root, "a.zip");
  const bytes = await writeZip(zip, files());
  const name = encoder.encode("ffmpeg.exe");
  const header = bytes.findIndex((_, at) =>
    name.every((byte, index) => bytes[at + index] === byte)
  );
  for (const distance of [100, 1500, 2500]) {
    const damaged = bytes.slice();
    damaged[header + distance]! ^= 1;
    await Deno.writeFile(zip, damaged);
    assertEquals(
      (await verifyZip(zip)).findings.map((finding) => finding.path),
      ["tools/ffmpeg/ffmpeg.exe"],
    );
  }
});

Deno.test("verifyZip() names files that are missing, changed or too many", async () => {
  await using folder = await temporary();
  const zip = join(folder.root, "a.zip");
  const contents = files();
  contents.delete("app/__init__.py");
  contents.set("run.py", encoder.encode("print('RUN')\n".repeat(40)));
  contents.set("app/virus.py", encoder.encode("x"));
  contents.set(".env", encoder.encode("SECRET_KEY=x"));
  await writeZip(zip, contents);
  assertEquals(
    (await verifyZip(zip)).findings.map(({ path, what }) => [path, what]),
    [
      ["MediaParser/.env", "extra"],
      ["MediaParser/app/virus.py", "extra"],
      ["app/__init__.py", "missing"],
      ["run.py", "content"],
    ],
  );
});

Deno.test("verifyZip() says so when there is no manifest, or no zip", async () => {
  await using folder = await temporary();
  const zip = join(folder.root, "a.zip");
  const contents = files();
  contents.delete("manifest.json");
  await writeZip(zip, contents);
  assertEquals(
    (await verifyZip(zip)).findings.map(({ path, what }) => [path, what]),
    [["manifest.json", "missing"]],
  );
  await Deno.writeTextFile(zip, "no zip");
  assertEquals(
    (await verifyZip(zip)).findings.map(({ path, what }) => [path, what]),
    [["a.zip", "damaged"]],
  );
});

Deno.test("verifyFolder() names what differs, and takes no user's data for it", async () => {
  await using folder = await temporary();
  await writeFolder(folder.root, files());
  assertEquals((await verifyFolder(folder.root)).findings, []);
  const more = [
    "instance/mediaparser.db",
    "storage/2024/a.jpg",
    "logs/server.log",
    ".env",
    "MediaParser.toml",
    "app/__pycache__/x.pyc",
  ];
  await writeFolder(
    folder.root,
    new Map(more.map((name) => [name, new Uint8Array(1)])),
  );
  assertEquals((await verifyFolder(folder.root)).findings, []);
  await writeFolder(
    folder.root,
    new Map([["app/stale.py", new Uint8Array()], [
      "run.py",
      new Uint8Array(1),
    ]]),
  );
  await Deno.remove(join(folder.root, "tools/ffmpeg/ffmpeg.exe"));
  assertEquals(
    (await verifyFolder(folder.root)).findings.map((
      { path, what },
    ) => [path, what]),
    [
      ["app/stale.py", "extra"],
      ["run.py", "size"],
      ["tools/ffmpeg/ffmpeg.exe", "missing"],
    ],
  );
});

Deno.test("verifyFolder() asks for the bundle's folder when it is given another", async () => {
  await using folder = await temporary();
  await assertRejects(
    () => verifyFolder(folder.root),
    UserError,
    "has no manifest.json",
  );
});

Deno.test("parseSums() reads both forms of a line and refuses others", () => {
  const hash = "AB".repeat(32);
  assertEquals(
    parseSums(`${hash}  a b.zip\r\n${hash} *c.zip\n`),
    new Map([["a b.zip", hash.toLowerCase()], ["c.zip", hash.toLowerCase()]]),
  );
  assertThrows(() => parseSums("abc  a.zip\n"), UserError, "abc");
});

Deno.test("verify's main() ends with 1 for what is not there", async () => {
  await using folder = await temporary();
  assertEquals(await main([join(folder.root, "none.zip")]), 1);
});
