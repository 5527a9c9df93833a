/**
 * Two ways to bring a test's database from its old revision to the new one.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { fromFileUrl, join } from "@std/path";
import type { DatabasePlaces } from "../../launcher/backups.ts";
import type { PrepareOptions } from "../../launcher/database.ts";
import { runDatabaseProcess } from "../../launcher/database_process.ts";
import { readRevisions } from "../../launcher/revisions.ts";
import { execute } from "./database_places.ts";

/**
 * SQL in several transactions, as Alembic runs on SQLite: killed between two
 * of them, the database is neither old nor new.
 */
export function sqlOptions(places: DatabasePlaces): PrepareOptions {
  return {
    places,
    revisions: { head: "b2", revisions: ["a1", "b2"] },
    version: "1.1.0",
    freeSpace: () => undefined,
    say: () => {},
    runDatabaseCommand: async (command) => {
      for (
        const sql of [
          "CREATE TABLE _alembic_tmp_photos (id INTEGER PRIMARY KEY, name TEXT, camera TEXT)",
          "INSERT INTO _alembic_tmp_photos SELECT id, name, NULL FROM photos",
          "DROP TABLE photos",
          "ALTER TABLE _alembic_tmp_photos RENAME TO photos",
          "UPDATE alembic_version SET version_num = 'b2'",
        ]
      ) {
        execute(places.database, sql);
        await delay(5);
      }
      return { ok: true, action: command, from: "a1", to: "b2" };
    },
  };
}

/** The real app in `root`, its real migrations, in a real Python. */
export async function alembicOptions(
  root: string,
  python: string,
): Promise<PrepareOptions> {
  const instance = join(root, "instance");
  const layout = {
    kind: "source" as const,
    root,
    python,
    instance,
    database: join(instance, "mediaparser.db"),
    backups: join(instance, "backups"),
    logs: join(root, "logs"),
    dotenv: join(root, ".env"),
  };
  const packages = fromFileUrl(
    new URL("../../launcher/python", import.meta.url),
  );
  return {
    places: layout,
    revisions: await readRevisions(root),
    version: "1.1.0",
    freeSpace: () => undefined,
    say: () => {},
    runDatabaseCommand: (command) =>
      runDatabaseProcess(command, {
        layout,
        environment: { PYTHONPATH: packages, SECRET_KEY: "for-tests" },
        onLine: () => {},
        signal: new AbortController().signal,
      }),
  };
}
