import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import {
  archiveTime,
  directoryHeader,
  localHeader,
  writeArchive,
} from "../../build/archive.ts";
import type { Entry } from "../../build/bundle.ts";
import { memoryEntry, readContentSync } from "../../build/content.ts";
import { sha256OfFileSync } from "../../build/digest.ts";
import { archivedEntry } from "../../build/entry.ts";
import { indexZip } from "../../build/archive_index.ts";
import { findPython } from "../../build/sources/pypi.ts";
import { TemporaryFolder } from "./temporary_folder.ts";
import { makeZip } from "./zip_maker.ts";

/** What Python's own `zipfile` says of a zip. */
async function askPython(path: string): Promise<{
  bad: string | null;
  entries: [
    name: string,
    method: number,
    flags: number,
    mode: number,
    date: number[],
  ][];
}> {
  const script = `
import json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
print(json.dumps({"bad": archive.testzip(), "entries": [
    [i.filename, i.compress_type, i.flag_bits, i.external_attr >> 16, i.date_time]
    for i in archive.infolist()]}))`;
  const [command, ...args] = await findPython();
  const { stdout } = await new Deno.Command(command, {
    args: [...args, "-c", script, path],
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

function sampleEntries(): Entry[] {
  return [
    memoryEntry("b/text.txt", "app", "text ".repeat(1000)),
    memoryEntry("a.bin", "app", crypto.getRandomValues(new Uint8Array(5000))),
    memoryEntry("b/ünï.txt", "app", "umlauts ".repeat(20)),
    memoryEntry("empty", "app", ""),
  ];
}

Deno.test("writeArchive() writes what Python reads back whole", async () => {
  using folder = new TemporaryFolder();
  const path = folder.at("a.zip");
  const written = writeArchive(path, sampleEntries(), { prefix: "Top/" });
  const { bad, entries } = await askPython(path);
  assertEquals(bad, null);
  const date = [1980, 1, 1, 0, 0, 0];
  assertEquals(entries, [
    ["Top/a.bin", 0, 0, 0o100644, date],
    ["Top/b/text.txt", 8, 0, 0o100644, date],
    ["Top/b/ünï.txt", 8, 0x800, 0o100644, date],
    ["Top/empty", 0, 0, 0o100644, date],
  ]);
  assertEquals(written.sha256, sha256OfFileSync(path));
  assertEquals(written.size, Deno.statSync(path).size);
});

Deno.test("writeArchive() gives the same bytes for any order of entries", () => {
  using folder = new TemporaryFolder();
  const entries = sampleEntries();
  const first = writeArchive(folder.at("1.zip"), entries);
  const second = writeArchive(folder.at("2.zip"), entries.toReversed());
  assertEquals(first, second);
});

Deno.test("writeArchive() copies raw bytes as they lie in other archives", async () => {
  using folder = new TemporaryFolder();
  const source = folder.write(
    "source.zip",
    makeZip([
      { name: "x", data: "hello ".repeat(500) },
      { name: "y", data: "stored though it need not be".repeat(9), method: 0 },
    ]),
  );
  const archive = { path: source, members: new Map() };
  const entries = (await indexZip(source)).map((member) =>
    archivedEntry(archive, member, `copied/${member.path}`, "app")
  );
  const path = folder.at("copy.zip");
  writeArchive(path, entries);
  const copied = await indexZip(path);
  assertEquals(copied.map(({ method }) => method), [8, 0]);
  for (const [index, member] of copied.entries()) {
    const entry = archivedEntry({ path, members: new Map() }, member, "", "");
    assertEquals(readContentSync(entry), readContentSync(entries[index]!));
    assertEquals(
      member.compressedSize,
      entries[index]!.content.kind === "archived"
        ? entries[index]!.content.compressedSize
        : -1,
    );
  }
});

Deno.test("writeArchive() takes zip64 where a zip must have it, and only there", async () => {
  using folder = new TemporaryFolder();
  const bytes = new Uint8Array();
  const many: Entry[] = Array.from({ length: 70_000 }, (_, index) => ({
    path: `f/${index}`,
    component: "app",
    content: { kind: "memory", bytes },
    size: 0,
    crc32: 0,
    sha256: "",
  }));
  const path = folder.at("many.zip");
  writeArchive(path, many, { compress: () => ({ method: 0, bytes }) });
  const { bad, entries } = await askPython(path);
  assertEquals([bad, entries.length], [null, 70_000]);
});

Deno.test("headers hold sizes and offsets above 4 GiB in zip64 fields", () => {
  const header = {
    name: new TextEncoder().encode("a"),
    method: 0 as const,
    crc32: 1,
    compressedSize: 5 * 2 ** 32 + 7,
    size: 5 * 2 ** 32 + 7,
    offset: 6 * 2 ** 32 + 9,
  };
  const time = archiveTime(undefined);
  const local = localHeader(header, time);
  const view = new DataView(local.buffer);
  assertEquals(view.getUint32(22, true), 0xffffffff);
  assertEquals(view.getBigUint64(31 + 4, true), 5n * 2n ** 32n + 7n);
  const central = directoryHeader(header, time);
  const extra = new DataView(central.buffer, 46 + 1);
  assertEquals(extra.getUint16(0, true), 1);
  assertEquals(extra.getUint16(2, true), 24);
  assertEquals(extra.getBigUint64(4 + 16, true), 6n * 2n ** 32n + 9n);
});

Deno.test("archiveTime() takes SOURCE_DATE_EPOCH within what a zip can hold", () => {
  assertEquals(archiveTime(undefined), new Date("1980-01-01T00:00:00Z"));
  assertEquals(archiveTime("1700000000"), new Date("2023-11-14T22:13:20Z"));
  assertEquals(archiveTime("0"), new Date("1980-01-01T00:00:00Z"));
  assertEquals(archiveTime("nonsense"), new Date("1980-01-01T00:00:00Z"));
  assertEquals(archiveTime("99999999999").getUTCFullYear(), 2107);
});

Deno.test("writeArchive() writes the time in UTC", async () => {
  using folder = new TemporaryFolder();
  const path = folder.at("a.zip");
  writeArchive(path, sampleEntries(), { time: archiveTime("1700000000") });
  const { entries } = await askPython(path);
  assertEquals(entries[0]![4], [2023, 11, 14, 22, 13, 20]);
});

Deno.test("writeArchive() refuses a source that is shorter than it was", () => {
  using folder = new TemporaryFolder();
  const source = folder.write("source", "12345");
  const entry: Entry = {
    path: "a",
    component: "app",
    content: {
      kind: "archived",
      archive: join(source),
      offset: 3,
      compressedSize: 100,
      method: 0,
    },
    size: 100,
    crc32: 0,
    sha256: "",
  };
  assertThrows(() => writeArchive(folder.at("a.zip"), [entry]), RangeError);
});
