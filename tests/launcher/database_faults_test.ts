/**
 * What can happen to the database between two versions of the app: its rows
 * survive all of it. Real launcher, real app, real Alembic. (Linux)
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { copySampleApp, type Installation } from "../support/installation.ts";
import { nothingLeftIn, startLauncher } from "../support/launcher_process.ts";
import { makePhoto } from "../support/media.ts";
import { freePort } from "../support/ports.ts";
import { missingForSampleApp, testUnless } from "../support/requirements.ts";
import { processed, upload } from "../support/sample_app.ts";

const missing = missingForSampleApp();
const newest = "b83e5f0c6d42";
const next = "c90000000003";

const databaseOf = (app: Installation) =>
  join(app.folder, "instance", "mediaparser.db");
const migrationOf = (app: Installation) =>
  join(app.folder, "alembic", "versions", `${next}_next.py`);

/** Gives the app a next revision, whose upgrade runs `body`. */
async function addRevision(app: Installation, body: string[]): Promise<void> {
  await Deno.writeTextFile(
    migrationOf(app),
    [
      "import time",
      "import sqlalchemy as sa",
      "from alembic import op",
      `revision = "${next}"`,
      `down_revision = "${newest}"`,
      "",
      "def upgrade():",
      ...body.map((line) => `    ${line}`),
      "",
    ].join("\n"),
  );
}

const addColumn = 'op.add_column("items", sa.Column("note", sa.String(20)))';

/** Runs a command of the launcher to its end. */
async function run(
  app: Installation,
  ...args: string[]
): Promise<{ code: number; output: string }> {
  await using launcher = startLauncher({ app: app.folder, args });
  const code = await launcher.ended;
  return { code, output: launcher.output() };
}

const start = ["--no-browser", "--port"];

/** Starts the app, has it do something, and ends it. */
async function session<T>(
  app: Installation,
  act: (url: string, output: () => string) => Promise<T>,
): Promise<T> {
  await using launcher = startLauncher({
    app: app.folder,
    args: [...start, String(freePort())],
  });
  const result = await act(await launcher.ready(), launcher.output);
  launcher.pressControlC();
  assertEquals(await launcher.ended, 0, launcher.output());
  await nothingLeftIn(app.folder);
  return result;
}

/** A sample app that has been used: its database holds one item. */
async function usedApp(): Promise<Installation> {
  const app = await copySampleApp();
  const photo = await makePhoto();
  await session(app, async (url) => {
    await processed(url, await upload(url, "photo.jpg", photo));
  });
  return app;
}

async function names(url: string): Promise<string[]> {
  const { items } = await (await fetch(new URL("/api/items", url))).json();
  return items.map(({ name }: { name: string }) => name);
}

testUnless(
  missing,
  "an upgrade keeps the rows and leaves a copy that backups lists and restore puts back",
  async () => {
    await using app = await usedApp();
    await addRevision(app, [addColumn]);
    await session(app, async (url, output) => {
      assertMatch(output(), /Upgrading the database/);
      assertEquals(await names(url), ["photo.jpg"]);
    });
    const { output } = await run(app, "backups");
    const [name = ""] = output.split(/\s+/);
    assertMatch(name, new RegExp(`_before-1\\.0\\.0_${newest}\\.db$`));

    // The older version of the app, with the newer version's database.
    await Deno.remove(migrationOf(app));
    const before = await Deno.readFile(databaseOf(app));
    const refused = await run(app, "--no-browser");
    assertEquals(refused.code, 1);
    assertMatch(refused.output, new RegExp(`${next}.*${newest}`));
    assertEquals(await Deno.readFile(databaseOf(app)), before);

    assertEquals((await run(app, "restore", name)).code, 0);
    await session(app, async (url) => {
      assertEquals(await names(url), ["photo.jpg"]);
    });
  },
);

testUnless(
  missing,
  "a migration that fails half-way leaves the database as it was",
  async () => {
    await using app = await usedApp();
    await addRevision(app, [
      'op.execute("DELETE FROM items")',
      addColumn,
      'raise RuntimeError("no further")',
    ]);
    const { code, output } = await run(app, "--no-browser");
    assertEquals(code, 1);
    assertMatch(output, /could not be brought up to date: .*no further/);
    await nothingLeftIn(app.folder);
    await Deno.remove(migrationOf(app));
    await session(app, async (url) => {
      assertEquals(await names(url), ["photo.jpg"]);
    });
  },
);

testUnless(
  missing,
  "a launcher killed in the middle of an upgrade is made good by the next start",
  async () => {
    await using app = await usedApp();
    await addRevision(app, [
      'op.execute("DELETE FROM items")',
      addColumn,
      'print("half-way", flush=True)',
      "time.sleep(600)",
    ]);
    {
      await using launcher = startLauncher({
        app: app.folder,
        args: ["--no-browser"],
      });
      await launcher.line(/half-way/);
      Deno.kill(launcher.pid, "SIGKILL");
      await launcher.ended;
      await nothingLeftIn(app.folder);
    }
    await addRevision(app, [addColumn]);
    await session(app, async (url, output) => {
      assertMatch(output(), /was cut short: putting its copy back/);
      assertEquals(await names(url), ["photo.jpg"]);
    });
  },
);

testUnless(
  missing,
  "Ctrl+C in the middle of an upgrade puts the copy back",
  async () => {
    await using app = await usedApp();
    await addRevision(app, [
      'op.execute("DELETE FROM items")',
      'print("half-way", flush=True)',
      "time.sleep(600)",
    ]);
    {
      await using launcher = startLauncher({
        app: app.folder,
        args: ["--no-browser"],
      });
      await launcher.line(/half-way/);
      launcher.pressControlC();
      assertEquals(await launcher.ended, 0, launcher.output());
      await nothingLeftIn(app.folder);
    }
    await Deno.remove(migrationOf(app));
    await session(app, async (url) => {
      assertEquals(await names(url), ["photo.jpg"]);
    });
  },
);

testUnless(
  missing,
  "a damaged database is refused, told by doctor, and left as it is",
  async () => {
    await using app = await usedApp();
    const path = databaseOf(app);
    const bytes = await Deno.readFile(path);
    bytes.fill(0x55, 0, 4096);
    await Deno.writeFile(path, bytes);
    const { code, output } = await run(app, "--no-browser");
    assertEquals(code, 1);
    assertMatch(output, /is damaged.*\n.*restore/);
    const report = await run(app, "doctor");
    assertEquals(report.code, 1);
    assertMatch(report.output, /\[error\] +The database is damaged/);
    assertEquals(await Deno.readFile(path), bytes);
  },
);

testUnless(
  missing,
  "a database that another program has locked is not upgraded",
  async () => {
    await using app = await usedApp();
    await addRevision(app, [addColumn]);
    {
      using other = new DatabaseSync(databaseOf(app));
      other.exec("BEGIN EXCLUSIVE");
      const { code, output } = await run(app, "--no-browser");
      assertEquals(code, 1);
      assertMatch(output, /Another program has the database .* open/);
      other.exec("ROLLBACK");
    }
    await session(app, async (url) => {
      assertEquals(await names(url), ["photo.jpg"]);
    });
  },
);

testUnless(
  missing,
  "restore refuses while MediaParser runs, and a name that is no copy",
  async () => {
    await using app = await usedApp();
    await session(app, async () => {
      const { code, output } = await run(app, "restore", "anything");
      assertEquals(code, 1);
      assertMatch(output, /MediaParser is running/);
    });
    const { code, output } = await run(app, "restore", "../mediaparser.db");
    assertEquals(code, 1);
    assertMatch(output, /no backup '\.\.\/mediaparser\.db'/);
    assert(await Deno.stat(databaseOf(app)).then(() => true, () => false));
  },
);
