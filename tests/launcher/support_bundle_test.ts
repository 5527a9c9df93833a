import { assert, assertEquals, assertFalse } from "@std/assert";
import { basename, join } from "@std/path";
import { indexZip } from "../../build/archive_index.ts";
import { readContentSync } from "../../build/content.ts";
import { archivedEntry } from "../../build/entry.ts";
import type { Layout } from "../../launcher/layout.ts";
import { writeSupportBundle } from "../../launcher/support_bundle.ts";

const facts = {
  homes: ["/home/annamaria"],
  names: ["annamaria"],
  secrets: ["0123456789abcdef"],
};
const now = new Date("2026-01-02T03:04:05Z");

/** Writes a bundle of an installation with these files, and reads it back. */
async function bundleOf(
  files: Record<string, string>,
): Promise<{ name: string; left: string[]; texts: Record<string, string> }> {
  const root = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(join(root, name, ".."), { recursive: true });
      await Deno.writeTextFile(join(root, name), text);
    }
    const layout = { root, logs: join(root, "logs") } as Layout;
    const report = "in /home/annamaria/MediaParser all is well";
    const path = await writeSupportBundle(layout, report, facts, now);
    const members = await indexZip(path);
    const archive = { path, members: new Map() };
    const texts = Object.fromEntries(members.map((member) => [
      member.path,
      new TextDecoder().decode(
        readContentSync(archivedEntry(archive, member, member.path, "")),
      ),
    ]));
    const left = [...Deno.readDirSync(root)].map(({ name }) => name).sort();
    return { name: basename(path), left, texts };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("writeSupportBundle() takes report, settings and logs, and no file of the user", async () => {
  const { name, left, texts } = await bundleOf({
    "MediaParser.toml": "port = 5000",
    "logs/launcher.log": "one",
    "logs/server.log.1": "two",
    "logs/notes.txt": "private",
    ".env": "SECRET_KEY=0123456789abcdef",
    "instance/mediaparser.db": "rows",
    "storage/photo.jpg": "photo",
  });
  assertEquals(name, "MediaParser-support-20260102030405.zip");
  assertFalse(left.some((name) => name.endsWith(".part")));
  assertEquals(texts, {
    "doctor.txt": "in <home>/MediaParser all is well",
    "MediaParser.toml": "port = 5000",
    "logs/launcher.log": "one",
    "logs/server.log.1": "two",
  });
});

Deno.test("writeSupportBundle() takes secrets, names and homes out of every file", async () => {
  const told = "0123456789abcdef of annamaria in /home/annamaria/x";
  const { texts } = await bundleOf({
    "MediaParser.toml": `# ${told}`,
    "logs/launcher.log": told,
    "logs/worker.log.2": told,
  });
  assertEquals(Object.keys(texts).length, 4);
  for (const [name, text] of Object.entries(texts)) {
    assertFalse(/0123456789abcdef|annamaria/i.test(text), `${name}: ${text}`);
  }
});

Deno.test("writeSupportBundle() takes the end of a long log", async () => {
  const lines = Array.from({ length: 100_000 }, (_, index) => `line ${index}`);
  const { texts } = await bundleOf({ "logs/server.log": lines.join("\n") });
  const kept = texts["logs/server.log"]!;
  assertEquals(kept.length, 500_000);
  assert(kept.endsWith("line 99999"));
});

Deno.test("writeSupportBundle() does without logs and settings", async () => {
  assertEquals(Object.keys((await bundleOf({})).texts), ["doctor.txt"]);
});
