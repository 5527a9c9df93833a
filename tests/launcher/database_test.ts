import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { keptBackups, listBackups } from "../../launcher/backups.ts";
import {
  type DatabaseAnswer,
  type DatabaseCommand,
  planDatabase,
  prepareDatabase,
  type PrepareOptions,
} from "../../launcher/database.ts";
import { writeMarker } from "../../launcher/upgrade_marker.ts";
import { UserError } from "../../launcher/user_error.ts";
import { query, TestPlaces } from "./database_places.ts";

const history = { head: "b2", revisions: ["a1", "b2"] };

/** Does to a real database what the app's migrations would. */
function migrations(places: TestPlaces, done: DatabaseCommand[]) {
  return (command: DatabaseCommand): Promise<DatabaseAnswer> => {
    done.push(command);
    if (command === "create") places.make("b2", 0);
    if (command === "stamp") {
      places.run(
        "CREATE TABLE IF NOT EXISTS alembic_version (version_num); INSERT INTO alembic_version VALUES ('b2')",
      );
    }
    if (command === "upgrade") {
      places.run(
        "ALTER TABLE photos ADD COLUMN camera; UPDATE alembic_version SET version_num = 'b2'",
      );
    }
    return Promise.resolve({ ok: true, action: command, from: null, to: "b2" });
  };
}

function optionsFor(
  places: TestPlaces,
  done: DatabaseCommand[] = [],
): PrepareOptions {
  return {
    places,
    revisions: history,
    version: "1.1.0",
    freeSpace: () => undefined,
    say: places.say,
    runDatabaseCommand: migrations(places, done),
  };
}

Deno.test("planDatabase() decides by the state alone", () => {
  const tracked = (...revisions: string[]) =>
    planDatabase({ kind: "tracked", revisions }, history);
  assertEquals(planDatabase({ kind: "missing" }, history), {
    action: "create",
  });
  assertEquals(planDatabase({ kind: "untracked" }, history), {
    action: "stamp",
  });
  assertEquals(tracked("b2"), { action: "none" });
  assertEquals(tracked("a1"), { action: "upgrade" });
  assertEquals(tracked("a1", "b2"), { action: "upgrade" });
  assertEquals(tracked("c3"), {
    action: "refuse-newer",
    found: "c3",
    known: "b2",
  });
  assertEquals(planDatabase({ kind: "locked" }, history), {
    action: "refuse-locked",
  });
  assertEquals(planDatabase({ kind: "corrupt", reason: "x" }, history), {
    action: "refuse-corrupt",
    reason: "x",
  });
});

Deno.test("prepareDatabase() creates the first database, and starts no Python after that", async () => {
  await using places = new TestPlaces();
  const done: DatabaseCommand[] = [];
  const options = optionsFor(places, done);
  assertEquals(await prepareDatabase(options), { action: "create" });
  assertEquals(await prepareDatabase(options), { action: "none" });
  assertEquals(done, ["create"]);
  assertEquals(places.files(), ["mediaparser.db"]);
});

Deno.test("prepareDatabase() stamps a database without a revision, and keeps its rows", async () => {
  await using places = new TestPlaces();
  places.run(
    "CREATE TABLE photos (id, name); INSERT INTO photos VALUES (1, 'x')",
  );
  assertEquals(await prepareDatabase(optionsFor(places)), { action: "stamp" });
  assertEquals(places.photos(), ["x"]);
});

Deno.test("prepareDatabase() upgrades after a copy named by version and revision", async () => {
  await using places = new TestPlaces();
  places.make("a1");
  const photos = places.photos();
  const { action, backup } = await prepareDatabase(optionsFor(places));
  assertEquals(action, "upgrade");
  assertMatch(backup!, /^\d{4}-.*Z_before-1\.1\.0_a1\.db$/);
  assertEquals(places.photos(), photos);
  const copy = join(places.backups, backup!);
  assertEquals(query(copy, "SELECT name FROM photos ORDER BY id"), photos);
  assertEquals(query(copy, "SELECT version_num FROM alembic_version"), ["a1"]);
  assertEquals(places.files(), ["backups", "mediaparser.db"]);
});

Deno.test("prepareDatabase() keeps the last five copies", async () => {
  await using places = new TestPlaces();
  places.make("a1");
  for (let second = 0; second < keptBackups + 2; second++) {
    places.run(
      "UPDATE alembic_version SET version_num = 'a1'; ALTER TABLE photos RENAME TO old; CREATE TABLE photos (id, name); DROP TABLE old",
    );
    await prepareDatabase({
      ...optionsFor(places),
      now: () => new Date(1e12 + second * 1000),
    });
  }
  const kept = await listBackups(places.backups);
  assertEquals(kept.length, keptBackups);
  assertEquals(kept[0]?.time.getTime(), 1e12 + (keptBackups + 1) * 1000);
});

const failures: Record<
  string,
  (places: TestPlaces) => Promise<DatabaseAnswer>
> = {
  "an answer that says so": (places) => {
    places.run("DROP TABLE photos");
    return Promise.resolve({ ok: false, kind: "app", error: "Boom." });
  },
  "Python that cannot be started": (places) => {
    places.run("DELETE FROM photos");
    return Promise.reject(new Deno.errors.NotFound("python"));
  },
  "a database that is damaged afterwards": (places) => {
    places.run("UPDATE alembic_version SET version_num = 'b2'");
    const bytes = Deno.readFileSync(places.database);
    bytes.fill(0x5a, 10 * 4096, 12 * 4096);
    Deno.writeFileSync(places.database, bytes);
    return Promise.resolve({
      ok: true,
      action: "upgrade",
      from: "a1",
      to: "b2",
    });
  },
  "a process that was killed and left its log": async (places) => {
    await new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `import { DatabaseSync } from "node:sqlite";
         const database = new DatabaseSync(Deno.args[0]);
         database.exec("PRAGMA journal_mode = WAL; UPDATE photos SET name = 'lost'");
         Deno.kill(Deno.pid, "SIGKILL");`,
        places.database,
      ],
    }).output();
    assert(places.files().includes("mediaparser.db-wal"));
    return { ok: false, kind: "ended", error: "Python ended" };
  },
  "a success that left the revision as it was": (places) => {
    places.run("DELETE FROM photos");
    return Promise.resolve({
      ok: true,
      action: "upgrade",
      from: "a1",
      to: "b2",
    });
  },
};

for (const [failure, fail] of Object.entries(failures)) {
  Deno.test(`prepareDatabase() puts the copy back after ${failure}`, async () => {
    await using places = new TestPlaces();
    places.make("a1", 2000);
    const photos = places.photos();
    await assertRejects(() =>
      prepareDatabase({
        ...optionsFor(places),
        runDatabaseCommand: () => fail(places),
      })
    );
    assertEquals(places.photos(), photos);
    assertEquals(places.files(), ["backups", "mediaparser.db"]);
    assertEquals((await prepareDatabase(optionsFor(places))).action, "upgrade");
  });
}

Deno.test("prepareDatabase() explains a failed upgrade in one sentence and one remedy", async () => {
  await using places = new TestPlaces();
  places.make("a1");
  const error = await assertRejects(
    () =>
      prepareDatabase({
        ...optionsFor(places),
        runDatabaseCommand: () =>
          Promise.resolve({ ok: false, kind: "app", error: "Boom." }),
      }),
    UserError,
  );
  assertEquals(
    error.happened,
    "The database could not be brought up to date: Boom.",
  );
});

Deno.test("prepareDatabase() refuses a newer database by both revisions, untouched", async () => {
  await using places = new TestPlaces();
  places.make("c3");
  // As a process ended by force leaves it: with a log.
  const writer = new DatabaseSync(places.database);
  writer.exec("INSERT INTO photos VALUES (99, 'new')");
  const files = ["mediaparser.db", "mediaparser.db-wal"].map((name) =>
    join(places.instance, name)
  );
  const before = files.map((path) => Deno.readFileSync(path));
  const done: DatabaseCommand[] = [];
  const error = await assertRejects(
    () => prepareDatabase(optionsFor(places, done)),
    UserError,
  );
  assertStringIncludes(error.happened, "c3");
  assertStringIncludes(error.happened, "b2");
  assertEquals(files.map((path) => Deno.readFileSync(path)), before);
  assertEquals(done, []);
  writer.close();
});

Deno.test("prepareDatabase() refuses a damaged database, untouched", async () => {
  await using places = new TestPlaces();
  await Deno.writeTextFile(places.database, "rubbish ".repeat(1000));
  await assertRejects(
    () => prepareDatabase(optionsFor(places)),
    UserError,
    "damaged",
  );
  assertEquals(
    await Deno.readTextFile(places.database),
    "rubbish ".repeat(1000),
  );
});

Deno.test("prepareDatabase() does not upgrade below a program that has the database open", async () => {
  await using places = new TestPlaces();
  places.make("a1");
  const app = new DatabaseSync(places.database);
  app.prepare("SELECT * FROM photos").all();
  const done: DatabaseCommand[] = [];
  await assertRejects(
    () => prepareDatabase(optionsFor(places, done)),
    UserError,
    "Another program",
  );
  assertEquals(done, []);
  app.close();
});

Deno.test("prepareDatabase() does not start an app that could not write", async () => {
  await using places = new TestPlaces();
  places.make("b2");
  const other = new DatabaseSync(places.database);
  other.exec("BEGIN IMMEDIATE");
  await assertRejects(
    () => prepareDatabase(optionsFor(places)),
    UserError,
    "Another program",
  );
  other.close();
});

Deno.test("prepareDatabase() starts anew when the first database was left half-made", async () => {
  await using places = new TestPlaces();
  await writeMarker(places.instance, { action: "create" });
  places.run("PRAGMA journal_mode = WAL; CREATE TABLE photos (id)");
  const done: DatabaseCommand[] = [];
  await prepareDatabase(optionsFor(places, done));
  assertEquals(done, ["create"]);
  assertEquals(places.files(), ["mediaparser.db"]);
});

Deno.test("prepareDatabase() never removes a database that holds rows", async () => {
  await using places = new TestPlaces();
  await writeMarker(places.instance, { action: "create" });
  places.run(
    "CREATE TABLE photos (id, name); INSERT INTO photos VALUES (1, 'x')",
  );
  const done: DatabaseCommand[] = [];
  await prepareDatabase(optionsFor(places, done));
  assertEquals(done, ["stamp"]);
  assertEquals(places.photos(), ["x"]);
});

Deno.test("prepareDatabase() moves a first database aside that cannot be read", async () => {
  await using places = new TestPlaces();
  await writeMarker(places.instance, { action: "create" });
  await Deno.writeTextFile(places.database, "rubbish ".repeat(1000));
  await prepareDatabase(optionsFor(places));
  const aside = places.files().filter((name) => name.includes("unfinished"));
  assertEquals(aside.length, 1);
  assert(places.said.some((line) => line.includes(aside[0]!)));
});

Deno.test("prepareDatabase() leaves nothing behind when creating fails", async () => {
  await using places = new TestPlaces();
  await assertRejects(
    () =>
      prepareDatabase({
        ...optionsFor(places),
        runDatabaseCommand: () => {
          places.run("CREATE TABLE photos (id)");
          return Promise.resolve({ ok: false, kind: "app", error: "Boom" });
        },
      }),
    UserError,
    "could not be created: Boom.",
  );
  assertEquals(places.files(), []);
});

Deno.test("prepareDatabase() says what to do when the copy of an interrupted upgrade is gone", async () => {
  await using places = new TestPlaces();
  places.make("a1");
  await writeMarker(places.instance, { action: "upgrade", backup: "gone.db" });
  const before = await Deno.readFile(places.database);
  await assertRejects(
    () => prepareDatabase(optionsFor(places)),
    UserError,
    "missing",
  );
  // Leaving WAL mode is all that may change: two bytes of the header.
  const after = await Deno.readFile(places.database);
  assertEquals(after.slice(100), before.slice(100));
});
