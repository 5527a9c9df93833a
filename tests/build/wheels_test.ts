import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UserError } from "../../launcher/user_error.ts";
import { indexZip } from "../../build/archive_index.ts";
import { readContentSync } from "../../build/content.ts";
import type { OpenArchive } from "../../build/entry.ts";
import { wheelEntries, wheelPath } from "../../build/wheels.ts";
import { TemporaryFolder } from "./temporary_folder.ts";
import { type MadeEntry, makeZip } from "./zip_maker.ts";

const wheel = { name: "thing", version: "1.0", file: "thing.whl", sha256: "" };

async function openWheel(
  folder: TemporaryFolder,
  entries: MadeEntry[],
): Promise<OpenArchive> {
  const path = folder.write("thing.whl", makeZip(entries));
  const members = await indexZip(path);
  return { path, members: new Map(members.map((each) => [each.path, each])) };
}

Deno.test("wheelPath() lays files out as an installer does", () => {
  const packages = "tools/python/Lib/site-packages/";
  assertEquals(wheelPath("thing/a.py"), `${packages}thing/a.py`);
  assertEquals(
    wheelPath("thing-1.0.data/purelib/thing/b.py"),
    `${packages}thing/b.py`,
  );
  assertEquals(
    wheelPath("thing-1.0.data/platlib/thing/c.pyd"),
    `${packages}thing/c.pyd`,
  );
  assertEquals(
    wheelPath("thing-1.0.data/data/share/d.txt"),
    "tools/python/share/d.txt",
  );
  assertEquals(wheelPath("thing-1.0.data/scripts/e.exe"), undefined);
  assertEquals(wheelPath("thing-1.0.data/headers/f.h"), undefined);
});

Deno.test("wheelEntries() copies RECORD where nothing changes", async () => {
  using folder = new TemporaryFolder();
  const archive = await openWheel(folder, [
    { name: "thing/__init__.py", data: "x = 1" },
    { name: "thing-1.0.dist-info/RECORD", data: "as the wheel has it" },
  ]);
  const record = wheelEntries(wheel, archive)
    .find(({ path }) => path.endsWith("RECORD"))!;
  assertEquals(record.content.kind, "archived");
});

Deno.test("wheelEntries() keeps RECORD true to what ships", async () => {
  using folder = new TemporaryFolder();
  const archive = await openWheel(folder, [
    { name: "thing/__init__.py", data: "x = 1" },
    { name: "thing-1.0.data/purelib/thing/a,b.py", data: "y" },
    { name: "thing-1.0.data/data/share/d.txt", data: "z" },
    { name: "thing-1.0.data/scripts/run.exe", data: "no" },
    { name: "thing-1.0.dist-info/METADATA", data: "Name: thing" },
    { name: "thing-1.0.dist-info/RECORD", data: "old" },
  ]);
  const entries = wheelEntries(wheel, archive);
  const record = entries.find(({ path }) => path.endsWith("RECORD"))!;
  assertEquals(
    new TextDecoder().decode(readContentSync(record)).split("\n"),
    [
      '"thing/a,b.py",sha256=ofzkNjhU_4iM_0uOeHXWAMJoI5BBKoz3mzfQsRFIsPo,1',
      "../../share/d.txt,sha256=WU5RmuSZMSspQzt92Kl_8Gje_LqXVbbV0A6ExSTWewY,1",
      "thing-1.0.dist-info/METADATA,sha256=FJatN7OCirZL2JiOYd6WapY9IZO1kEkyTX5ymARkWnI,11",
      "thing-1.0.dist-info/RECORD,,",
      "thing/__init__.py,sha256=j_Q23vFFEoVZmhsa1wgASTuNyv3ikS4aODRWMwVOTCY,5",
      "",
    ],
  );
  assertEquals(entries.some(({ path }) => path.includes("run.exe")), false);
  assertEquals(
    new Set(entries.map(({ component }) => component)),
    new Set(["wheel:thing"]),
  );
});

Deno.test("wheelEntries() refuses a zip that is no wheel", async () => {
  using folder = new TemporaryFolder();
  const archive = await openWheel(folder, [{ name: "a.txt", data: "a" }]);
  assertThrows(() => wheelEntries(wheel, archive), UserError, "no wheel");
  await assertRejects(
    () => indexZip(folder.at("missing")),
    Deno.errors.NotFound,
  );
});
