import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import {
  copyDatabase,
  findDamage,
  foldLog,
  hasRows,
  isInUse,
  isWriteLocked,
  readDatabaseState,
} from "../../launcher/sqlite.ts";
import { query, TestPlaces } from "./database_places.ts";

Deno.test("readDatabaseState() tells every state apart", async () => {
  await using places = new TestPlaces();
  const { database } = places;
  assertEquals(readDatabaseState(database), { kind: "missing" });
  Deno.writeTextFileSync(database, "");
  assertEquals(readDatabaseState(database), { kind: "missing" });
  places.run("CREATE TABLE photos (id)");
  assertEquals(readDatabaseState(database), { kind: "untracked" });
  places.run("CREATE TABLE alembic_version (version_num)");
  assertEquals(readDatabaseState(database), { kind: "untracked" });
  places.run("INSERT INTO alembic_version VALUES ('b'), ('a')");
  assertEquals(readDatabaseState(database), {
    kind: "tracked",
    revisions: ["a", "b"],
  });
  Deno.writeTextFileSync(database, "no database ".repeat(100));
  assertEquals(readDatabaseState(database).kind, "corrupt");
});

Deno.test("readDatabaseState() sees what is still in the write-ahead log, and leaves it there", async () => {
  await using places = new TestPlaces();
  places.make("a1");
  const writer = new DatabaseSync(places.database);
  writer.exec("UPDATE alembic_version SET version_num = 'b2'");
  const log = `${places.database}-wal`;
  const [before, logBefore] = [places.database, log].map(Deno.readFileSync);
  assertEquals(readDatabaseState(places.database), {
    kind: "tracked",
    revisions: ["b2"],
  });
  assertEquals(Deno.readFileSync(places.database), before!);
  assertEquals(Deno.readFileSync(log), logBefore!);
  writer.close();
});

Deno.test("readDatabaseState() leaves a quiet database as it is, alone", async () => {
  await using places = new TestPlaces();
  places.make("a1");
  const before = Deno.readFileSync(places.database);
  assertEquals(readDatabaseState(places.database).kind, "tracked");
  assertEquals(findDamage(places.database), []);
  assertEquals(places.files(), ["mediaparser.db"]);
  assertEquals(Deno.readFileSync(places.database), before);
});

Deno.test("readDatabaseState() tells a locked database", async () => {
  await using places = new TestPlaces();
  places.make("a1");
  places.run("PRAGMA journal_mode = DELETE");
  const other = new DatabaseSync(places.database);
  other.exec("BEGIN EXCLUSIVE");
  assertEquals(readDatabaseState(places.database), { kind: "locked" });
  other.exec("ROLLBACK");
  other.close();
});

Deno.test("isWriteLocked() tells a program that writes from one that reads", async () => {
  await using places = new TestPlaces();
  places.make("a1");
  assertEquals(isWriteLocked(places.database), false);
  const other = new DatabaseSync(places.database);
  other.prepare("SELECT * FROM photos").all();
  assertEquals(isWriteLocked(places.database), false);
  other.exec("BEGIN IMMEDIATE");
  assertEquals(isWriteLocked(places.database), true);
  other.close();
});

Deno.test("isInUse() notices even an idle connection", async () => {
  await using places = new TestPlaces();
  places.make("a1");
  assertEquals(isInUse(places.database), false);
  const app = new DatabaseSync(places.database);
  app.exec("PRAGMA journal_mode = WAL");
  app.prepare("SELECT * FROM photos").all();
  assertEquals(isInUse(places.database), true);
  app.close();
  assertEquals(isInUse(places.database), false);
});

Deno.test("findDamage() finds a damaged page", async () => {
  await using places = new TestPlaces();
  places.make("a1", 2000);
  assertEquals(findDamage(places.database), []);
  const bytes = Deno.readFileSync(places.database);
  bytes.fill(0x5a, 3 * 4096, 4 * 4096);
  Deno.writeFileSync(places.database, bytes);
  assert(findDamage(places.database).length > 0);
});

Deno.test("hasRows() counts neither empty tables nor Alembic's", async () => {
  await using places = new TestPlaces();
  places.make("a1", 1);
  assert(hasRows(places.database));
  places.run("DELETE FROM photos");
  assert(!hasRows(places.database));
});

Deno.test("copyDatabase() takes what is in the write-ahead log along, into one file", async () => {
  await using places = new TestPlaces();
  places.make("a1");
  const writer = new DatabaseSync(places.database);
  writer.exec("INSERT INTO photos VALUES (99, 'new')");
  const copy = `${places.instance}/copy.db`;
  await copyDatabase(places.database, copy);
  writer.close();
  assertEquals(query(copy, "SELECT name FROM photos WHERE id = 99"), ["new"]);
  assertEquals(places.files().filter((name) => name.startsWith("copy")), [
    "copy.db",
  ]);
});

Deno.test("foldLog() folds what a killed process left, and leaves one in use alone", async () => {
  await using places = new TestPlaces();
  places.make("a1");
  assertEquals(foldLog(places.database), true);
  const killed = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { DatabaseSync } from "node:sqlite";
       new DatabaseSync(Deno.args[0]).exec("INSERT INTO photos VALUES (99, 'new')");
       Deno.kill(Deno.pid, "SIGKILL");`,
      places.database,
    ],
  }).output();
  assert(!killed.success);
  assert(places.files().includes("mediaparser.db-wal"));
  const reader = new DatabaseSync(places.database, { readOnly: true });
  const reading = reader.prepare("SELECT id FROM photos").iterate();
  reading.next();
  assertEquals(foldLog(places.database), false);
  reading.return?.();
  reader.close();
  assertEquals(foldLog(places.database), true);
  assertEquals(places.files(), ["mediaparser.db"]);
  assertEquals(places.photos().length, 4);
});
