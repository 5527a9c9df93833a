import { assert, assertEquals } from "@std/assert";
import { memoryEntry } from "../../build/content.ts";
import {
  deflateAndInspect,
  indexAndInspect,
  inspect,
  Inspector,
} from "../../build/inspection.ts";
import { indexZip } from "../../build/archive_index.ts";
import { archivedEntry } from "../../build/entry.ts";
import { Turns } from "../../build/turns.ts";
import type { JobRunner } from "../../build/worker_pool.ts";
import { TemporaryFolder } from "./temporary_folder.ts";
import { makeZip } from "./zip_maker.ts";

const folders = { build: ["/srv/build box/checkout"], machine: [] };

function launcher(text: string) {
  return memoryEntry("MediaParser-launcher.exe", "launcher", text);
}

/** Asks in this thread, and counts how often. */
class Asked implements JobRunner {
  readonly names: string[] = [];
  run(_name: string, ...args: unknown[]): Promise<never> {
    const [entries, inFolders] = args as Parameters<typeof inspect>;
    this.names.push(...entries.map(({ path }) => path));
    return inspect(entries, inFolders) as Promise<never>;
  }
}

Deno.test("inspect() finds libraries and the build machine's folders in one reading", async () => {
  const answers = await inspect(
    [launcher("12.4.254.1-rusty and /srv/build box/checkout/main.ts")],
    folders,
  );
  const [libraries, paths] = ["libraries:", "paths:"].map((prefix) =>
    Object.entries(answers).find(([key]) => key.startsWith(prefix))?.[1]
  );
  assert(libraries?.includes("12.4.254.1"), libraries);
  assertEquals(paths, "/srv/build box/checkout");
});

Deno.test("Inspector looks into each content once", async () => {
  const results = new Map<string, string>();
  const asked = new Asked();
  const inspector = new Inspector(asked, results, folders, new Turns());
  await inspector.inspect([launcher("one")]);
  await inspector.inspect([launcher("one")]);
  assertEquals(asked.names, ["MediaParser-launcher.exe"]);
  await inspector.inspect([launcher("two")]);
  assertEquals(asked.names.length, 2);
});

Deno.test("Inspector lets heavy files wait for their turn, and no others", async () => {
  const asked = new Asked();
  const turns = new Turns();
  const inspector = new Inspector(asked, new Map(), folders, turns);
  const done = Promise.withResolvers<void>();
  const other = turns.take(() => done.promise);
  // What counts is the size that is told.
  const heavy = inspector.inspect([{ ...launcher("heavy"), size: 64 << 20 }]);
  await inspector.inspect([{ ...launcher("light"), path: "light.exe" }]);
  assertEquals(asked.names, ["light.exe"]);
  done.resolve();
  await Promise.all([other, heavy]);
  assertEquals(asked.names.length, 2);
});

Deno.test("indexAndInspect() finds out in one go what indexing and looking find out", async () => {
  using temporary = new TemporaryFolder();
  const path = temporary.write(
    "python.zip",
    makeZip([
      { name: "cp312/libcrypto-3.dll", data: "MZ OpenSSL 3.0.15 \0" },
      // Only SQLite's own DLL in Python's folder counts.
      { name: "cp312/sqlite3.dll", data: "MZ" },
      { name: "cp312/os.pyc", data: "/srv/build box/checkout/os.py" },
      { name: "cp312/os.py", data: "/srv/build box/checkout/os.py" },
      { name: "other/libcrypto-3.dll", data: "MZ OpenSSL 3.0.16 \0" },
    ]),
  );
  const placement = {
    component: "python",
    from: "cp312/",
    to: "tools/python/",
  };
  const { members, answers } = await indexAndInspect(path, placement, folders);
  assertEquals(members, await indexZip(path));
  const archive = {
    path,
    members: new Map(members.map((member) => [member.path, member])),
  };
  const entries = members.filter(({ path }) => path.startsWith("cp312/"))
    .map((member) =>
      archivedEntry(
        archive,
        member,
        `tools/python/${member.path.slice(6)}`,
        "python",
      )
    );
  assertEquals(answers, await inspect(entries, folders));
  assertEquals(Object.keys(answers).length, 3);
});

Deno.test("deflateAndInspect() finds out what looking finds out", async () => {
  using temporary = new TemporaryFolder();
  const text = "12.4.254.1-rusty and /srv/build box/checkout/main.ts";
  const path = temporary.write("program", text);
  const entry = { path: "MediaParser-launcher.exe", component: "launcher" };
  const { answers } = await deflateAndInspect(
    path,
    temporary.at("deflated"),
    entry,
    folders,
  );
  assertEquals(answers, await inspect([launcher(text)], folders));
});
