/**
 * The database between two versions of the app, on Windows: its rows survive.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { testUnless } from "../support/requirements.ts";
import { processed, upload } from "../support/sample_app.ts";
import { type RunningBundle, UnpackedBundle } from "./bundle.ts";
import { ConsoleWindow } from "./console.ts";
import { missingForConsole } from "./machine.ts";

const missing = missingForConsole();

const databaseOf = (bundle: UnpackedBundle) =>
  join(bundle.folder, "instance", "mediaparser.db");

/** Makes the bundle one of a newer app, whose last migration runs `body`. */
async function addRevision(
  bundle: UnpackedBundle,
  id: string,
  body: string[],
): Promise<void> {
  const path = join(bundle.folder, "manifest.json");
  const manifest = JSON.parse(await Deno.readTextFile(path));
  const { alembic } = manifest;
  const known = alembic.revisions.filter((revision: string) => revision !== id);
  const parent = known.at(-1);
  manifest.alembic = { head: id, revisions: [...known, id] };
  await Deno.writeTextFile(path, JSON.stringify(manifest));
  await Deno.writeTextFile(
    join(bundle.folder, "alembic", "versions", `${id}.py`),
    [
      "import time",
      "import sqlalchemy as sa",
      "from alembic import op",
      `revision = "${id}"`,
      `down_revision = "${parent}"`,
      "",
      "def upgrade():",
      ...body.map((line) => `    ${line}`),
      "",
    ].join("\n"),
  );
}

async function names({ url }: RunningBundle): Promise<string[]> {
  const { items } = await (await fetch(new URL("/api/items", url))).json();
  return items.map(({ name }: { name: string }) => name);
}

async function end(running: RunningBundle, bundle: UnpackedBundle) {
  await running.terminal.press("C-c");
  assertEquals(await running.terminal.ended(), 0);
  await bundle.nothingLeft();
}

testUnless(
  missing,
  "rows survive a newer database, an upgrade, one that fails, one that is killed, and damage is told",
  async () => {
    await using bundle = await UnpackedBundle.unpack();
    {
      await using running = await bundle.start();
      const { url } = running;
      const photo = await bundle.makePhoto();
      await processed(url, await upload(url, "photo.jpg", photo));
      await end(running, bundle);
    }

    // A newer version of the app has had this database.
    const setRevision = (revision: string) => {
      using database = new DatabaseSync(databaseOf(bundle));
      const before = database.prepare("SELECT version_num FROM alembic_version")
        .get()?.version_num;
      database.prepare("UPDATE alembic_version SET version_num = ?")
        .run(revision);
      return String(before);
    };
    const present = setRevision("ffffffffffff");
    const bytes = await Deno.readFile(databaseOf(bundle));
    const newer = await bundle.command("--no-browser");
    assertEquals(newer.code, 1);
    assertMatch(
      newer.stdout + newer.stderr,
      new RegExp(`ffffffffffff.*${present}`),
    );
    assertEquals(await Deno.readFile(databaseOf(bundle)), bytes);
    setRevision(present);

    const addColumn = (name: string) =>
      `op.add_column("items", sa.Column("${name}", sa.String(20)))`;
    await addRevision(bundle, "c30000000000", [addColumn("one")]);
    {
      await using running = await bundle.start();
      await running.terminal.shows(/Upgrading the database/);
      assertEquals(await names(running), ["photo.jpg"]);
      await end(running, bundle);
    }
    const { stdout } = await bundle.command("backups");
    assertMatch(stdout, new RegExp(`_${present}\\.db`));

    const spoil = ['op.execute("DELETE FROM items")', addColumn("two")];
    await addRevision(bundle, "c40000000000", [
      ...spoil,
      'raise RuntimeError("no further")',
    ]);
    const failed = await bundle.command("--no-browser");
    assertEquals(failed.code, 1);
    assertStringIncludes(failed.stdout + failed.stderr, "no further");

    await addRevision(bundle, "c40000000000", [
      ...spoil,
      'print("half-way", flush=True)',
      "time.sleep(600)",
    ]);
    {
      await using terminal = await ConsoleWindow.open(
        bundle.machine,
        bundle.launcher,
        ["--no-browser"],
        { folder: bundle.folder },
      );
      await terminal.shows(/half-way/);
      bundle.machine.kill(await bundle.process("MediaParser-launcher.exe"));
      await bundle.nothingLeft();
    }
    await addRevision(bundle, "c40000000000", [addColumn("two")]);
    {
      await using running = await bundle.start();
      await running.terminal.shows(/was cut short: putting its copy back/);
      assertEquals(await names(running), ["photo.jpg"]);
      await end(running, bundle);
    }

    const whole = await Deno.readFile(databaseOf(bundle));
    await Deno.writeFile(databaseOf(bundle), whole.fill(0x55, 0, 4096));
    const damaged = await bundle.command("--no-browser");
    assertEquals(damaged.code, 1);
    assertStringIncludes(damaged.stdout + damaged.stderr, "is damaged");
    assertEquals((await bundle.command("doctor")).code, 1);
  },
);
