/**
 * What can be said and done about a database file without the app.
 *
 * @module
 */
import { backup, DatabaseSync } from "node:sqlite";

/** The state of the app's database. */
export type DatabaseState =
  /** There is no file, or one without a table. */
  | { kind: "missing" }
  /** The file is no database, or a damaged one. */
  | { kind: "corrupt"; reason: string }
  /** Another program keeps it to itself. */
  | { kind: "locked" }
  /** It has tables, but no note of its revision. */
  | { kind: "untracked" }
  /** Alembic has noted its revision; several only after branched migrations. */
  | { kind: "tracked"; revisions: string[] };

/** SQLite's result codes that are told apart. */
const codes = { busy: 5, locked: 6, corrupt: 11, full: 13, notADatabase: 26 };

/** Milliseconds to wait for a database that is in use. */
const patience = 3000;

/** The files SQLite keeps beside a database. */
export const companionSuffixes = ["-wal", "-shm", "-journal"] as const;

/**
 * The result code of an error thrown by `node:sqlite`.
 *
 * @returns The primary code, or undefined for any other error.
 */
function sqliteCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown })?.errcode;
  return typeof code === "number" ? code & 0xff : undefined;
}

/** Whether an error says that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  return sqliteCode(error) === codes.full ||
    (error as { code?: unknown })?.code === "ENOSPC" ||
    (error instanceof Error &&
      /no space left|disk is full|os error 112\b/i.test(error.message));
}

/**
 * Reads a database's state and changes nothing.
 *
 * @param path The database file.
 */
export function readDatabaseState(path: string): DatabaseState {
  if (isEmpty(path)) return { kind: "missing" };
  try {
    return withReader(path, (database) => {
      const tables = tableNames(database);
      if (tables.length === 0) return { kind: "missing" };
      if (!tables.includes("alembic_version")) return { kind: "untracked" };
      const revisions = database.prepare(
        "SELECT version_num FROM alembic_version ORDER BY 1",
      ).all().map((row) => String(row.version_num));
      if (revisions.length === 0) return { kind: "untracked" };
      return { kind: "tracked", revisions };
    });
  } catch (error) {
    return stateOfFailure(error);
  }
}

function stateOfFailure(error: unknown): DatabaseState {
  switch (sqliteCode(error)) {
    case codes.busy:
    case codes.locked:
      return { kind: "locked" };
    case codes.corrupt:
    case codes.notADatabase:
      return { kind: "corrupt", reason: (error as Error).message };
    default:
      throw error;
  }
}

/**
 * Whether somebody else has the database open, even if idle. Replacing the
 * file below a program that writes to it would lose what it writes.
 *
 * Leaving WAL mode is what SQLite refuses then; the app enters it again.
 *
 * @param path The database file.
 */
export function isInUse(path: string): boolean {
  if (readDatabaseState(path).kind === "missing") return false;
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA busy_timeout = 1000");
    database.prepare("PRAGMA journal_mode = DELETE").get();
    return false;
  } catch (error) {
    return stateOfFailure(error).kind === "locked";
  } finally {
    database.close();
  }
}

/**
 * Whether another program keeps the app from writing. Only one that has the
 * database open can: where there is no log, this costs nothing.
 *
 * @param path The database file.
 */
export function isWriteLocked(path: string): boolean {
  if (!exists(`${path}-wal`)) return false;
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${patience}`);
    database.prepare("BEGIN IMMEDIATE").run();
    database.prepare("ROLLBACK").run();
    return false;
  } catch (error) {
    return stateOfFailure(error).kind === "locked";
  } finally {
    database.close();
  }
}

/**
 * Runs SQLite's integrity check.
 *
 * @param path The database file.
 * @returns What it found, at most ten lines; nothing for a sound database.
 */
export function findDamage(path: string): string[] {
  try {
    return withReader(
      path,
      (database) =>
        database.prepare("PRAGMA integrity_check(10)").all()
          .map((row) => String(row.integrity_check))
          .filter((finding) => finding !== "ok"),
    );
  } catch (error) {
    const state = stateOfFailure(error);
    if (state.kind === "corrupt") return [state.reason];
    throw error;
  }
}

/**
 * Whether any of the app's tables holds a row.
 *
 * @param path The database file.
 */
export function hasRows(path: string): boolean {
  return withReader(
    path,
    (database) =>
      tableNames(database).some((name) =>
        name !== "alembic_version" &&
        database.prepare(`SELECT 1 FROM ${quoted(name)} LIMIT 1`).get() !==
          undefined
      ),
  );
}

/**
 * Copies a database as it is at this moment, what is still in its write-ahead
 * log included.
 *
 * @param path The database file.
 * @param target The copy; overwritten.
 */
export async function copyDatabase(
  path: string,
  target: string,
): Promise<void> {
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${patience}`);
    await backup(database, target, { rate: 1024 });
  } finally {
    database.close();
  }
  // The copy says of itself that it has a log; one plain file is easier to keep.
  const copy = new DatabaseSync(target);
  try {
    copy.exec("PRAGMA journal_mode = DELETE");
  } finally {
    copy.close();
  }
}

/**
 * Folds the write-ahead log into the database and removes it, once nobody has
 * the database open any more. A process that was ended by force leaves it.
 *
 * @param path The database file.
 * @returns Whether it could be done; a database in use is left alone.
 */
export function foldLog(path: string): boolean {
  if (!exists(`${path}-wal`)) return true;
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${patience}`);
    const result = database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
    return result?.busy === 0;
  } catch (error) {
    stateOfFailure(error);
    return false;
  } finally {
    database.close();
  }
}

/**
 * Opens for reading, in the way that leaves everything as it was. A log with
 * something in it stays there only if the connection is read-only. Without one,
 * it is the other way round: a read-only connection would leave an empty log
 * behind, while an ordinary one removes it and has nothing to write. A rollback
 * journal, left by a process that died, has to be rolled back in any case.
 */
function withReader<T>(path: string, read: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(path, {
    readOnly: !isEmpty(`${path}-wal`),
  });
  try {
    database.exec(`PRAGMA busy_timeout = ${patience}`);
    return read(database);
  } finally {
    database.close();
  }
}

function exists(path: string): boolean {
  return sizeOf(path) !== undefined;
}

function isEmpty(path: string): boolean {
  return (sizeOf(path) ?? 0) === 0;
}

/** A file's size in bytes, or undefined if there is none. */
function sizeOf(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function tableNames(database: DatabaseSync): string[] {
  return database.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
  ).all().map((row) => String(row.name));
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
