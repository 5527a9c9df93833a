import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import {
  backupName,
  keptBackups,
  listBackups,
  makeBackup,
  removeOldBackups,
  restoreBackup,
} from "../../launcher/backups.ts";
import { UserError } from "../../launcher/user_error.ts";
import { query, TestPlaces } from "./database_places.ts";

const freeSpace = () => undefined;
const noon = (second: number) => () =>
  new Date(Date.UTC(2026, 0, 2, 12, 0, second));

Deno.test("backupName() is a file name on every system, whatever goes in", () => {
  assertEquals(
    backupName(new Date(0), "1.2.0", "4c1d7a9be201"),
    "1970-01-01T00-00-00Z_before-1.2.0_4c1d7a9be201.db",
  );
  const odd = backupName(new Date(0), 'a/b\\c:*?"<>|%_ü', "x_y/../z", 2);
  assertMatch(odd, /^[\w.+-]+$/);
  assert(!odd.includes(".." + "/"));
});

Deno.test("makeBackup() keeps what is only in the write-ahead log, and listBackups() tells what it is", async () => {
  await using places = new TestPlaces();
  places.make("a1", 5);
  const name = await makeBackup({
    places,
    before: "1.1.0",
    freeSpace,
    say: places.say,
    now: noon(1),
  });
  const [backup, ...others] = await listBackups(places.backups);
  assertEquals(others, []);
  assert(backup !== undefined);
  assertEquals(backup.name, name);
  assertEquals(backup.time, noon(1)());
  assertEquals(backup.before, "1.1.0");
  assertEquals(backup.revision, "a1");
  assert(backup.size > 0);
  assertEquals(
    query(join(places.backups, name), "SELECT name FROM photos ORDER BY id"),
    places.photos(),
  );
});

Deno.test("makeBackup() gives copies of the same second names of their own", async () => {
  await using places = new TestPlaces();
  places.make("a1");
  const options = {
    places,
    before: "1.1.0",
    freeSpace,
    say: places.say,
    now: noon(1),
  };
  const names = [];
  for (let i = 0; i < 12; i++) names.push(await makeBackup(options));
  assertEquals(
    (await listBackups(places.backups)).map(({ name }) => name),
    names.toReversed(),
  );
});

Deno.test("makeBackup() refuses before it writes when the disk is almost full", async () => {
  await using places = new TestPlaces();
  places.make("a1");
  const asked: string[] = [];
  const error = await assertRejects(
    () =>
      makeBackup({
        places,
        before: "1.1.0",
        freeSpace: (path) => (asked.push(path), 1024 * 1024),
        say: places.say,
      }),
    UserError,
    "1 MB free",
  );
  assertMatch(error.remedy, /^Free some space/);
  assertEquals(asked, [places.instance]);
  assertEquals(places.files(), ["mediaparser.db"]);
});

Deno.test("removeOldBackups() keeps the newest five and other people's files", async () => {
  await using places = new TestPlaces();
  places.make("a1");
  for (let second = 0; second < 7; second++) {
    await makeBackup({
      places,
      before: "1.1.0",
      freeSpace,
      say: places.say,
      now: noon(second),
    });
  }
  await Deno.writeTextFile(join(places.backups, "my own.db"), "x");
  await Deno.writeTextFile(join(places.backups, "killed.db.part"), "x");
  const newest = (await listBackups(places.backups)).slice(0, keptBackups);
  await removeOldBackups(places.backups);
  assertEquals(await listBackups(places.backups), newest);
  assertEquals(
    [...Deno.readDirSync(places.backups)].length,
    keptBackups + 1,
  );
});

Deno.test("restoreBackup() puts a copy back and keeps the present database", async () => {
  await using places = new TestPlaces();
  places.make("a1");
  const options = { places, freeSpace, say: places.say };
  const old = places.photos();
  const name = await makeBackup({ ...options, before: "1.1.0" });
  places.run("DELETE FROM photos; INSERT INTO photos VALUES (1, 'later')");

  const present = await restoreBackup(name.replace(/\.db$/, ""), options);
  assertEquals(places.photos(), old);
  assertEquals(places.files(), ["backups", "mediaparser.db"]);
  assert(present !== undefined);
  await restoreBackup(present, options);
  assertEquals(places.photos(), ["later"]);
});

Deno.test("restoreBackup() takes names from the list only, never a path", async () => {
  await using places = new TestPlaces();
  places.make("a1");
  const stranger = join(places.root, "2026-01-02T12-00-01Z_before-1_a.db");
  await Deno.copyFile(places.database, stranger);
  await Deno.mkdir(places.backups);
  const before = await Deno.readFile(places.database);
  for (
    const name of [
      stranger,
      "../../2026-01-02T12-00-01Z_before-1_a.db",
      "..\\mediaparser.db",
      "",
    ]
  ) {
    await assertRejects(
      () => restoreBackup(name, { places, freeSpace, say: places.say }),
      UserError,
      "There is no backup",
    );
  }
  assertEquals(await Deno.readFile(places.database), before);
});

Deno.test("restoreBackup() refuses a damaged copy and changes nothing", async () => {
  await using places = new TestPlaces();
  places.make("a1", 2000);
  const options = { places, freeSpace, say: places.say };
  const name = await makeBackup({ ...options, before: "1.1.0" });
  const path = join(places.backups, name);
  const bytes = await Deno.readFile(path);
  bytes.fill(0x5a, 3 * 4096, 5 * 4096);
  await Deno.writeFile(path, bytes);
  const before = await Deno.readFile(places.database);
  await assertRejects(() => restoreBackup(name, options), UserError, "damaged");
  assertEquals(await Deno.readFile(places.database), before);
  assertEquals(places.files(), ["backups", "mediaparser.db"]);
});

Deno.test("restoreBackup() replaces a damaged database, and keeps even that", async () => {
  await using places = new TestPlaces();
  places.make("a1");
  const options = { places, freeSpace, say: places.say };
  const old = places.photos();
  const name = await makeBackup({ ...options, before: "1.1.0" });
  await Deno.writeTextFile(places.database, "rubbish ".repeat(1000));
  const present = await restoreBackup(name, options);
  assertEquals(places.photos(), old);
  assertEquals(
    await Deno.readTextFile(join(places.backups, present!)),
    "rubbish ".repeat(1000),
  );
});
