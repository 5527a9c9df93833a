import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { deflateRawSync } from "node:zlib";
import { UserError } from "../../launcher/user_error.ts";
import { indexZip } from "../../build/archive_index.ts";
import { archiveLimits } from "../../build/archive_safety.ts";
import { readContentSync } from "../../build/content.ts";
import { archivedEntry } from "../../build/entry.ts";
import { readZipDirectory } from "../../build/zip_directory.ts";
import { TemporaryFolder } from "./temporary_folder.ts";
import { type MadeEntry, makeZip, randomNumbers } from "./zip_maker.ts";

Deno.test("readZipDirectory() finds the raw bytes of each file", async () => {
  using folder = new TemporaryFolder();
  const path = folder.write(
    "a.zip",
    makeZip([
      { name: "folder/", mode: 0o40755 },
      { name: "folder/déjà.txt", data: "hello hello hello hello" },
      { name: "stored.bin", data: "as it is", method: 0 },
      { name: "empty", data: "", method: 0 },
    ]),
  );
  const members = await indexZip(path);
  assertEquals(members.map((member) => member.path), [
    "folder/déjà.txt",
    "stored.bin",
    "empty",
  ]);
  const texts = members.map((member) =>
    new TextDecoder().decode(
      readContentSync(
        archivedEntry({ path, members: new Map() }, member, "x", "y"),
      ),
    )
  );
  assertEquals(texts, ["hello hello hello hello", "as it is", ""]);
});

/** Zips that must not be used, and what is said of each. */
const refused: Record<string, [MadeEntry[], string]> = {
  "leads out of it": [[{ name: "../evil" }], "points outside"],
  "leads out of it later": [[{ name: "a/../../evil" }], "points outside"],
  "is absolute": [[{ name: "/etc/passwd" }], "absolute"],
  "has a drive": [[{ name: "C:/evil" }], "drive"],
  "has a backslash": [[{ name: "a\\..\\evil" }], "backslash"],
  "has a control character": [[{ name: "a\u0001" }], "control character"],
  "is a link": [[{ name: "a", data: "/etc", mode: 0o120777 }], "link"],
  "is a device": [[{ name: "a", mode: 0o20666 }], "device"],
  "is encrypted": [[{ name: "a", data: "x", flags: 1 }], "encrypted"],
  "is there twice": [[{ name: "a" }, { name: "a" }], "twice"],
  "is compressed otherwise": [[{ name: "a", method: 12 }], "method 12"],
  "is too large": [[{ name: "a", size: 2 ** 30 }], "larger than any part"],
  "has another name inside": [
    [{ name: "a", localName: "b" }],
    "not where the directory says",
  ],
  "lies beyond the end": [
    [{ name: "a", compressedSize: 9999 }],
    "after the end",
  ],
  "shares its bytes with another": [
    [{ name: "a", data: "x" }, { name: "a2", localName: "a", offset: 0 }],
    "directory says",
  ],
};

for (const [what, [entries, message]] of Object.entries(refused)) {
  Deno.test(`readZipDirectory() refuses a zip with an entry that ${what}`, async () => {
    using folder = new TemporaryFolder();
    const path = folder.write("a.zip", makeZip(entries));
    const error = await assertRejects(() => readZipDirectory(path), UserError);
    assertStringIncludes(error.message, message);
    assertStringIncludes(error.message, "a.zip");
  });
}

Deno.test("readZipDirectory() refuses entries that overlap", async () => {
  using folder = new TemporaryFolder();
  const path = folder.write(
    "a.zip",
    makeZip([
      { name: "a", data: "xxxx", method: 0 },
      { name: "a", data: "y", method: 0, offset: 0 },
    ].map((entry, index) => index === 0 ? entry : { ...entry, name: "a" })),
  );
  await assertRejects(() => readZipDirectory(path), UserError);
});

Deno.test("readZipDirectory() refuses more than the limits allow", async () => {
  using folder = new TemporaryFolder();
  const many = folder.write(
    "many.zip",
    makeZip([{ name: "a" }, { name: "b" }, { name: "c" }]),
  );
  await assertRejects(
    () => readZipDirectory(many, { ...archiveLimits, entries: 2 }),
    UserError,
    "more than 2 entries",
  );
  const bomb = folder.write(
    "bomb.zip",
    makeZip([{ name: "a", data: new Uint8Array(3_000_000) }]),
  );
  await assertRejects(
    () => readZipDirectory(bomb),
    UserError,
    "far more than it should",
  );
});

Deno.test("indexZip() refuses content that is not what the directory tells", async () => {
  using folder = new TemporaryFolder();
  const wrong: MadeEntry[] = [
    { name: "crc", data: "text", crc: 1 },
    { name: "short", data: "text", size: 3 },
    { name: "long", data: "text", size: 5 },
    { name: "garbage", data: new Uint8Array([7, 7, 7]), method: 8 },
  ];
  for (const entry of wrong) {
    const path = folder.write(`${entry.name}.zip`, makeZip([entry]));
    if (entry.name === "garbage") {
      const bytes = Deno.readFileSync(path);
      const length = deflateRawSync(entry.data as Uint8Array).length;
      bytes.fill(0xff, 30 + 7, 30 + 7 + length);
      Deno.writeFileSync(path, bytes);
    }
    const error = await assertRejects(() => indexZip(path), UserError);
    assertStringIncludes(error.message, "is damaged");
  }
});

Deno.test("indexZip() answers every damage with one clear error", async () => {
  using folder = new TemporaryFolder();
  const whole = makeZip([
    { name: "a/b.txt", data: "some text, some text, some text" },
    { name: "c.dll", data: "MZ no program" },
    { name: "d", data: crypto.getRandomValues(new Uint8Array(300)) },
  ]);
  const random = randomNumbers(42);
  let refusals = 0;
  for (let round = 0; round < 400; round++) {
    const bytes = whole.slice(
      0,
      random() < 0.3 ? Math.floor(random() * whole.length) : whole.length,
    );
    for (let flips = 0; flips < 1 + random() * 4 && bytes.length > 0; flips++) {
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    }
    const path = folder.write("damaged.zip", bytes);
    try {
      await indexZip(path);
    } catch (error) {
      assertInstanceOf(error, UserError);
      refusals++;
    }
  }
  // Most damages show; a changed time or mode does no harm.
  assertEquals(refusals > 200, true, `${refusals} refusals`);
  assertEquals(folder.names(), ["damaged.zip"]);
});
