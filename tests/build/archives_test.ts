import { assertEquals, assertRejects } from "@std/assert";
import { Archives } from "../../build/archives.ts";
import { readContentSync } from "../../build/content.ts";
import { sha256Of } from "../../build/digest.ts";
import { archivedEntry, type OpenArchive } from "../../build/entry.ts";
import { Inspector } from "../../build/inspection.ts";
import { Turns } from "../../build/turns.ts";
import { UserError } from "../../launcher/user_error.ts";
import { BuildParts } from "./build_parts.ts";

const files = [
  { name: "top/a.txt", data: "text ".repeat(100) },
  { name: "top/b.txt", data: "b" },
  { name: "other/c.txt", data: "c" },
];

function contents(archive: OpenArchive): Record<string, string> {
  return Object.fromEntries([...archive.members.values()].map((member) => {
    const entry = archivedEntry(archive, member, member.path, "made");
    return [member.path, new TextDecoder().decode(readContentSync(entry))];
  }));
}

/** Changes a byte in the middle of a file. */
function damage(path: string): void {
  const bytes = Deno.readFileSync(path);
  bytes[bytes.length >> 1]! ^= 1;
  Deno.writeFileSync(path, bytes);
}

Deno.test("tarball() packs what lies below a folder once, and again when the pack is damaged or gone", async () => {
  using parts = new BuildParts();
  const tarball = parts.tarball(files);
  const expected = { "top/a.txt": "text ".repeat(100), "top/b.txt": "b" };
  const open = () => parts.archives.tarball(tarball, "top/", true);
  const { path } = await open();
  const inode = () => Deno.statSync(path).ino;
  const first = inode();
  assertEquals(contents(await open()), expected);
  assertEquals(inode(), first);
  damage(path);
  assertEquals(contents(await open()), expected);
  Deno.removeSync(path);
  assertEquals(contents(await open()), expected);
});

Deno.test("fileOfTarball() and fileOfZip() unpack a file once, and again when it is damaged", async () => {
  using parts = new BuildParts();
  const { archives } = parts;
  const tarball = parts.tarball(files);
  const zip = parts.zip(files);
  for (
    const unpack of [
      () => archives.fileOfTarball(tarball, "top/a.txt"),
      () => archives.fileOfZip(zip, "top/a.txt"),
    ]
  ) {
    const { path, sha256 } = await unpack();
    const text = "text ".repeat(100);
    assertEquals(sha256, sha256Of(text));
    const { ino } = Deno.statSync(path);
    assertEquals((await unpack()).path, path);
    assertEquals(Deno.statSync(path).ino, ino);
    damage(path);
    assertEquals((await unpack()).path, path);
    assertEquals(Deno.readTextFileSync(path), text);
  }
});

Deno.test("fileOfZip() refuses a damaged zip, and one without the file", async () => {
  using parts = new BuildParts();
  const zip = parts.zip([{ name: "a", data: "text ".repeat(100), crc: 1 }]);
  await assertRejects(
    () => parts.archives.fileOfZip(zip, "a"),
    UserError,
    "its entry 'a' is damaged",
  );
  await assertRejects(
    () => parts.archives.fileOfZip(zip, "b"),
    UserError,
    "it holds no 'b'",
  );
});

Deno.test("fileOfTarball() and fileOfZip() refuse another file than the expected one, and keep nothing", async () => {
  using parts = new BuildParts();
  const expected = sha256Of("what it should be");
  const tarball = parts.tarball(files);
  const zip = parts.zip(files);
  // Beside the workspace of the build there is nothing.
  const kept = () =>
    parts.folder.names("cache").filter((name) => !name.startsWith(".build-"));
  for (
    const unpack of [
      () => parts.archives.fileOfTarball(tarball, "top/b.txt", expected),
      () => parts.archives.fileOfZip(zip, "top/b.txt", expected),
    ]
  ) {
    await assertRejects(unpack, UserError, "which is not the expected");
    assertEquals(kept(), []);
  }
});

Deno.test("zip() tells its inspector what it found while it indexed, once", async () => {
  using parts = new BuildParts();
  const results = new Map<string, string>();
  const folders = { build: ["/srv/checkout"], machine: [] };
  const archives = new Archives(
    parts.cache,
    parts.pool,
    new Inspector(parts.pool, results, folders, new Turns()),
  );
  const zip = parts.zip([
    { name: "x-1.dist-info/RECORD", data: "/srv/checkout/x.py" },
  ]);
  const placement = { component: "wheel:x", from: "", to: "site-packages/" };
  await archives.zip(zip, placement);
  assertEquals([...results.values()], ["/srv/checkout"]);
  results.clear();
  // The index is known now; who asks again has to look himself.
  await archives.zip(zip, placement);
  assertEquals(results.size, 0);
});
