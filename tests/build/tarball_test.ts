import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { gzipSync } from "node:zlib";
import { UserError } from "../../launcher/user_error.ts";
import { extractFromTarball, packTarball } from "../../build/archive_index.ts";
import { archiveLimits } from "../../build/archive_safety.ts";
import { readContentSync } from "../../build/content.ts";
import { sha256Of } from "../../build/digest.ts";
import { archivedEntry } from "../../build/entry.ts";
import { readTarball } from "../../build/tarball.ts";
import { TemporaryFolder } from "./temporary_folder.ts";
import { type MadeTarEntry, makeTar, randomNumbers } from "./zip_maker.ts";

function makeTarball(entries: readonly MadeTarEntry[]): Uint8Array {
  return gzipSync(makeTar(entries));
}

async function readAll(
  path: string,
  limits = archiveLimits,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const file of readTarball(path, limits)) {
    let text = "";
    for await (const piece of file.bytes) {
      text += new TextDecoder().decode(piece);
    }
    found[file.path] = text;
  }
  return found;
}

Deno.test("readTarball() goes through the files, whether they are read or not", async () => {
  using folder = new TemporaryFolder();
  const path = folder.write(
    "a.tgz",
    makeTarball([
      { name: "package/", type: "5" },
      { name: "package/a", data: "one" },
      { name: "package/b", data: "two".repeat(5000) },
    ]),
  );
  assertEquals(await readAll(path), {
    "package/a": "one",
    "package/b": "two".repeat(5000),
  });
  const names: string[] = [];
  for await (const file of readTarball(path)) names.push(file.path);
  assertEquals(names, ["package/a", "package/b"]);
});

Deno.test("packTarball() packs what lies below a folder, to be read as from a zip", async () => {
  using folder = new TemporaryFolder();
  const tarball = folder.write(
    "a.tgz",
    makeTarball([
      { name: "package/bin/tool.txt", data: "text ".repeat(100) },
      { name: "package/bin/tiny", data: "x" },
      { name: "package/readme", data: "not wanted" },
    ]),
  );
  const pack = folder.at("pack");
  const members = await packTarball(tarball, "package/bin/", pack, true);
  const entries = members.map((member) =>
    archivedEntry({ path: pack, members: new Map() }, member, "x", "y")
  );
  assertEquals(
    entries.map((entry) => new TextDecoder().decode(readContentSync(entry))),
    ["text ".repeat(100), "x"],
  );
  assertEquals(members.map(({ method }) => method), [8, 0]);
  await assertRejects(
    () => packTarball(tarball, "other/", folder.at("none"), true),
    UserError,
    "holds nothing in 'other/'",
  );
});

Deno.test("extractFromTarball() writes one file and tells its hash", async () => {
  using folder = new TemporaryFolder();
  const tarball = folder.write(
    "a.tgz",
    makeTarball([{ name: "a", data: "1" }, { name: "b", data: "data" }]),
  );
  const hash = await extractFromTarball(tarball, "b", folder.at("b"));
  assertEquals(hash, sha256Of("data"));
  assertEquals(Deno.readTextFileSync(folder.at("b")), "data");
  await assertRejects(
    () => extractFromTarball(tarball, "c", folder.at("c")),
    UserError,
    "holds no 'c'",
  );
});

const refused: Record<string, [MadeTarEntry[], string]> = {
  "leads out of it": [[{ name: "../evil" }], "points outside"],
  "is absolute": [[{ name: "/evil" }], "absolute"],
  "is a symbolic link": [[{ name: "a", type: "2", link: "/etc" }], "link"],
  "is a hard link": [[{ name: "a", type: "1", link: "b" }], "link"],
  "is a device": [[{ name: "a", type: "3" }], "device"],
  "is there twice": [[{ name: "a" }, { name: "a" }], "twice"],
  "is cut off": [[{ name: "a", size: 9_000 }], "no whole tarball"],
};

for (const [what, [entries, message]] of Object.entries(refused)) {
  Deno.test(`readTarball() refuses a tarball with an entry that ${what}`, async () => {
    using folder = new TemporaryFolder();
    const path = folder.write("a.tgz", makeTarball(entries));
    const error = await assertRejects(() => readAll(path), UserError);
    assertStringIncludes(error.message, message);
  });
}

Deno.test("readTarball() refuses more than the limits allow", async () => {
  using folder = new TemporaryFolder();
  const bomb = folder.write(
    "bomb.tgz",
    makeTarball([{ name: "a", data: new Uint8Array(3_000_000) }]),
  );
  await assertRejects(() => readAll(bomb), UserError);
  // Also what comes after the end of the tar is counted.
  const trailing = folder.write(
    "trailing.tgz",
    gzipSync(new Uint8Array(5_000_000)),
  );
  await assertRejects(() => readAll(trailing), UserError);
});

Deno.test("readTarball() answers every damage with one clear error", async () => {
  using folder = new TemporaryFolder();
  const whole = makeTarball([
    { name: "a/b.txt", data: "some text, some text, some text" },
    { name: "d", data: crypto.getRandomValues(new Uint8Array(3000)) },
  ]);
  const random = randomNumbers(7);
  let refusals = 0;
  for (let round = 0; round < 300; round++) {
    const bytes = whole.slice(
      0,
      random() < 0.4 ? Math.floor(random() * whole.length) : whole.length,
    );
    for (let flips = 0; flips < 1 + random() * 3 && bytes.length > 0; flips++) {
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    }
    const path = folder.write("damaged.tgz", bytes);
    try {
      await readAll(path);
    } catch (error) {
      assertInstanceOf(error, UserError);
      refusals++;
    }
  }
  assertEquals(refusals > 200, true, `${refusals} refusals`);
});

Deno.test("readTarball() answers damage inside of the gzip layer as well", async () => {
  using folder = new TemporaryFolder();
  const whole = makeTar([
    { name: "a/b.txt", data: "some text" },
    { name: "d", data: "x".repeat(3000) },
  ]);
  const random = randomNumbers(11);
  for (let round = 0; round < 300; round++) {
    const bytes = whole.slice();
    for (let flips = 0; flips < 1 + random() * 3; flips++) {
      bytes[Math.floor(random() * 600)] = Math.floor(random() * 256);
    }
    const path = folder.write("damaged.tgz", gzipSync(bytes));
    try {
      await readAll(path);
    } catch (error) {
      assertInstanceOf(error, UserError);
    }
  }
});
