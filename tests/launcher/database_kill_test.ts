/**
 * The launcher is killed at points spread over an upgrade and a restore. The
 * next start must find every row, whatever the moment was.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { copy } from "@std/fs/copy";
import { fromFileUrl, join } from "@std/path";
import { listBackups, makeBackup } from "../../launcher/backups.ts";
import { prepareDatabase } from "../../launcher/database.ts";
import { linesOf } from "../../launcher/lines.ts";
import { findDamage, readDatabaseState } from "../../launcher/sqlite.ts";
import { query, TestPlaces } from "./database_places.ts";
import { alembicOptions, sqlOptions } from "./database_upgrades.ts";

const victim = fromFileUrl(new URL("database_victim.ts", import.meta.url));

/** Starts a victim and waits until it begins. */
async function begin(
  ...args: string[]
): Promise<{ child: Deno.ChildProcess; reachedEnd: Promise<boolean> }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", victim, ...args],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const lines = linesOf(child.stdout);
  assertEquals((await lines.next()).value, "begin");
  const reachedEnd = (async () => {
    let last = "";
    for await (const line of lines) last = line;
    return last === "end";
  })();
  return { child, reachedEnd };
}

/**
 * Kills victims at points spread over the time one of them takes undisturbed.
 *
 * @param prepare Makes the state each of them begins with.
 * @param check Looks at what the victim left.
 * @returns How many were killed before they were done.
 */
async function killAtPoints(
  points: number,
  args: string[],
  prepare: () => Promise<void>,
  check: (point: number) => Promise<void>,
): Promise<number> {
  await prepare();
  const whole = await begin(...args);
  const start = performance.now();
  assert(await whole.reachedEnd);
  let duration = performance.now() - start;
  assert((await whole.child.status).success);

  let killed = 0;
  for (let point = 0; point < points; point++) {
    await prepare();
    const { child, reachedEnd } = await begin(...args);
    const begun = performance.now();
    await delay(duration * point / points);
    try {
      child.kill("SIGKILL");
    } catch (error) {
      // It was faster this time, and has ended already.
      if (!(error instanceof TypeError)) throw error;
    }
    await child.status;
    // How long it takes depends on what else the machine does: one that was
    // done in time tells where the later points have to lie.
    if (await reachedEnd) {
      duration = Math.min(duration, performance.now() - begun);
    } else killed++;
    await check(point);
  }
  return killed;
}

/** Puts a folder back as it was. */
async function reset(template: string, target: string): Promise<void> {
  await Deno.remove(target, { recursive: true });
  await copy(template, target);
}

const allPhotos = "SELECT name FROM photos ORDER BY id";

Deno.test("an upgrade killed at 24 points keeps every row, and is done by the next start", async () => {
  await using places = new TestPlaces();
  places.make("a1", 100_000);
  const photos = places.photos();
  const template = join(places.root, "template");
  await copy(places.instance, template);

  const killed = await killAtPoints(
    24,
    ["upgrade", places.root],
    () => reset(template, places.instance),
    async (point) => {
      const where = `point ${point}`;
      await prepareDatabase(sqlOptions(places));
      assertEquals(readDatabaseState(places.database), {
        kind: "tracked",
        revisions: ["b2"],
      }, where);
      assertEquals(findDamage(places.database), [], where);
      assertEquals(places.photos(), photos, where);
      assertEquals(places.files(), ["backups", "mediaparser.db"], where);
      for (const { name } of await listBackups(places.backups)) {
        const copied = join(places.backups, name);
        assertEquals(query(copied, allPhotos), photos, `${where}: ${name}`);
      }
    },
  );
  assert(killed >= 8, `only ${killed} were killed in time`);
});

Deno.test("a restore killed at 16 points leaves one of the two databases, whole, and the other as a copy", async () => {
  await using places = new TestPlaces();
  places.make("b2", 60_000);
  const old = places.photos();
  await makeBackup({
    places,
    before: "1.1.0",
    freeSpace: () => undefined,
    say: places.say,
    now: () => new Date(0),
  });
  places.run("UPDATE photos SET name = name || 'x'");
  const present = places.photos();
  const template = join(places.root, "template");
  await copy(places.instance, template);

  const killed = await killAtPoints(
    16,
    ["restore", places.root],
    () => reset(template, places.instance),
    async (point) => {
      const where = `point ${point}`;
      await prepareDatabase(sqlOptions(places));
      assertEquals(findDamage(places.database), [], where);
      const now = places.photos();
      if (now[0] === present[0]) {
        assertEquals(now, present, where);
        return;
      }
      assertEquals(now, old, where);
      const [newest] = await listBackups(places.backups);
      const kept = join(places.backups, newest?.name ?? "");
      assertEquals(query(kept, allPhotos), present, where);
    },
  );
  assert(killed >= 5, `only ${killed} were killed in time`);
});

const python = Deno.env.get("MEDIAPARSER_TEST_PYTHON");
const points = 50;

Deno.test({
  name:
    `the sample app's real migration killed at ${points} points keeps every row` +
    (python ? "" : " (skipped: no Python with the app's packages)"),
  ignore: !python,
  fn: async () => {
    await using places = new TestPlaces();
    const app = fromFileUrl(new URL("../sample-app", import.meta.url));
    for (
      const name of [
        "app",
        "alembic",
        "alembic.ini",
        "config.py",
        "huey_config.py",
      ]
    ) {
      await copy(join(app, name), join(places.root, name));
    }
    const options = await alembicOptions(places.root, python!);
    assertEquals(
      (await prepareDatabase(options)).action,
      "create",
    );
    // Alembic's own command breaks on this folder's % sign; the first
    // revision's tables are these.
    places.run(`
      DROP TABLE tags;
      DROP INDEX ix_items_camera;
      ALTER TABLE items DROP COLUMN camera;
      UPDATE alembic_version SET version_num = '4c1d7a9be201';
    `);
    places.run(`
      INSERT INTO jobs VALUES (1, '2025-01-01 00:00:00');
      WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
        INSERT INTO items SELECT i, 1, 'photo' || i, 'file' || i, i, hex(randomblob(32)),
          'done', NULL, 'image/jpeg', NULL, NULL,
          '{"EXIF:Make": "Camera", "EXIF:Model": "' || i || '", "XMP:Subject": ["sea"]}',
          '2025-01-01 00:00:00' FROM n;
    `);
    const before = query(
      places.database,
      "SELECT id || name || sha256 FROM items ORDER BY id",
    );
    const template = join(places.root, "template");
    await copy(places.instance, template);

    const killed = await killAtPoints(
      points,
      ["alembic", places.root, python!],
      () => reset(template, places.instance),
      async (point) => {
        const where = `point ${point}`;
        await prepareDatabase(options);
        const rows = (sql: string) => query(places.database, sql);
        assertEquals(
          rows("SELECT id || name || sha256 FROM items ORDER BY id"),
          before,
          where,
        );
        assertEquals(rows("SELECT version_num FROM alembic_version"), [
          options.revisions.head,
        ], where);
        assertEquals(
          rows("SELECT count(*) FROM items WHERE camera = 'Camera ' || id"),
          ["4000"],
          where,
        );
        assertEquals(rows("SELECT count(*) FROM tags"), ["4000"], where);
        assertEquals(findDamage(places.database), [], where);
      },
    );
    assert(killed >= points * 0.4, `only ${killed} were killed in time`);
  },
});
