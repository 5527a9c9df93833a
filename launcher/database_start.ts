/**
 * Ties the database's preparation to a start: its revisions, its Python, and
 * the moment at which other work may go on beside it.
 *
 * @module
 */
import type { Console } from "./console.ts";
import {
  type DatabasePlan,
  planDatabase,
  prepareDatabase,
} from "./database.ts";
import { runDatabaseProcess } from "./database_process.ts";
import type { Layout } from "./layout.ts";
import type { Manifest } from "./manifest.ts";
import type { Platform } from "./platform.ts";
import { readRevisions, type RevisionHistory } from "./revisions.ts";
import { foldLog, readDatabaseState } from "./sqlite.ts";

/** The revisions the app knows: the manifest's, or the checkout's own. */
export function knownRevisions(
  layout: Layout,
  manifest: Manifest | undefined,
): RevisionHistory | Promise<RevisionHistory> {
  return manifest?.alembic ?? readRevisions(layout.root);
}

/** What {@linkcode openDatabase} needs. */
export interface DatabaseStart {
  layout: Layout;
  manifest: Manifest | undefined;
  version: string;
  environment: Readonly<Record<string, string>>;
  platform: Pick<Platform, "freeSpace">;
  console: Pick<Console, "say">;
  /** Ends Python's work on the database. */
  signal: AbortSignal;
  /** Called, and waited for, before Python gets to work on the database. */
  beforeWork: () => Promise<void>;
  /** Called when the app can use a new database that is still being stamped. */
  onTables: () => void;
}

/** A database that the app can open. */
export interface OpenedDatabase {
  /** True where Python had to work on it. */
  worked: boolean;
  /** Leaves one plain file behind, once the app has ended. */
  close(): void;
}

const pythonActions: readonly DatabasePlan["action"][] = [
  "create",
  "stamp",
  "upgrade",
];

/**
 * Brings the database to the app's revision.
 *
 * @throws {UserError} When it cannot be used; it is then as it was.
 */
export async function openDatabase(
  start: DatabaseStart,
): Promise<OpenedDatabase> {
  const { layout, console, environment, signal } = start;
  const revisions = await knownRevisions(layout, start.manifest);
  const plan = planDatabase(readDatabaseState(layout.database), revisions);
  const works = pythonActions.includes(plan.action);
  if (works) await start.beforeWork();
  await prepareDatabase({
    places: layout,
    revisions,
    version: start.version,
    freeSpace: start.platform.freeSpace,
    say: console.say,
    runDatabaseCommand: (command) =>
      runDatabaseProcess(command, {
        layout,
        environment,
        signal,
        onLine: console.say,
        onTables: start.onTables,
      }),
  });
  return { worked: works, close: () => void foldLog(layout.database) };
}
