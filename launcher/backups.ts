/**
 * Copies of the database in `instance/backups/`: made, listed, put back.
 *
 * @module
 */
import { join } from "@std/path";
import {
  copyDurably,
  isHeldOpen,
  removeIfThere,
  renameDurably,
  syncFile,
} from "./durable_files.ts";
import type { Layout } from "./layout.ts";
import {
  companionSuffixes,
  copyDatabase,
  findDamage,
  isDiskFull,
  isInUse,
  readDatabaseState,
} from "./sqlite.ts";
import { removeMarker, writeMarker } from "./upgrade_marker.ts";
import { UserError } from "./user_error.ts";

/** The places this module works on. */
export type DatabasePlaces = Pick<Layout, "instance" | "database" | "backups">;

/** One copy of the database. */
export interface Backup {
  /** The file's name in `instance/backups/`, by which it is restored. */
  name: string;
  /** When it was made. */
  time: Date;
  /** Before what, e.g. `1.2.0` (the version upgraded to) or `restore`. */
  before: string;
  /** The database's revision. */
  revision: string;
  /** Bytes. */
  size: number;
}

/** What making a copy needs. */
export interface BackupOptions {
  places: DatabasePlaces;
  /** The version upgraded to, or another word for the occasion. */
  before: string;
  /** Bytes free where a path is; undefined where nobody can tell. */
  freeSpace: (path: string) => number | undefined;
  /** Tells the user something. */
  say: (line: string) => void;
  /** @default {() => new Date()} */
  now?: () => Date;
}

/** How many copies are kept. */
export const keptBackups = 5;

/** Bytes left free beside everything that is known to be needed. */
const reserve = 16 * 1024 * 1024;

const namePattern =
  /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z(?:-\d+)?_before-(.+)_([^_]+)\.db$/;

/**
 * The name of a copy: sorts by time and is a file name on every system.
 *
 * @param time When the copy is made.
 * @param before Before what.
 * @param revision The database's revision.
 * @param number Tells copies of the same second apart, from the second on.
 *
 * @example
 * ```ts
 * backupName(new Date(0), "1.2.0", "4c1d7a9be201");
 * // "1970-01-01T00-00-00Z_before-1.2.0_4c1d7a9be201.db"
 * ```
 */
export function backupName(
  time: Date,
  before: string,
  revision: string,
  number = 1,
): string {
  const stamp = time.toISOString().slice(0, 19).replaceAll(":", "-") + "Z";
  const count = number === 1 ? "" : `-${number}`;
  const clean = (text: string, others: RegExp) =>
    text.replace(others, "-").slice(0, 40) || "-";
  return `${stamp}${count}_before-${clean(before, /[^\w.+-]/g)}_${
    clean(revision, /[^A-Za-z0-9.+-]/g)
  }.db`;
}

/**
 * Lists the copies, newest first.
 *
 * @param folder The folder `instance/backups/`.
 */
export async function listBackups(folder: string): Promise<Backup[]> {
  const found: Backup[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      const match = namePattern.exec(entry.name);
      if (!entry.isFile || match === null) continue;
      const [, day, hours, minutes, seconds, before = "", revision = ""] =
        match;
      found.push({
        name: entry.name,
        time: new Date(`${day}T${hours}:${minutes}:${seconds}Z`),
        before,
        revision,
        size: (await Deno.stat(join(folder, entry.name))).size,
      });
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  return found.sort((a, b) =>
    b.time.getTime() - a.time.getTime() ||
    b.name.localeCompare(a.name, "en", { numeric: true })
  );
}

/**
 * Makes a copy of the database, complete and on the disk before it gets its
 * name.
 *
 * @param options What to copy, and why.
 * @returns The copy's name.
 * @throws {UserError} If the disk has no room for it and what follows.
 */
export async function makeBackup(options: BackupOptions): Promise<string> {
  const { places, before } = options;
  requireSpace(options);
  await Deno.mkdir(places.backups, { recursive: true });
  const state = readDatabaseState(places.database);
  const revision = state.kind === "tracked"
    ? state.revisions.join("+")
    : state.kind;
  const time = (options.now ?? (() => new Date()))();
  const taken = new Set((await listBackups(places.backups)).map((b) => b.name));
  let number = 1;
  while (taken.has(backupName(time, before, revision, number))) number++;
  const name = backupName(time, before, revision, number);

  const target = join(places.backups, name);
  const unfinished = `${target}.part`;
  try {
    if (state.kind === "corrupt") {
      // SQLite cannot read it; somebody may still want to try.
      await Deno.copyFile(places.database, unfinished);
    } else {
      await copyDatabase(places.database, unfinished);
    }
    await syncFile(unfinished);
    await renameDurably(unfinished, target);
  } catch (error) {
    await removeDatabase(unfinished);
    throw isDiskFull(error) ? diskFull(places, error) : error;
  }
  return name;
}

/**
 * Removes all copies but the newest, and what a killed copy left.
 *
 * @param folder The folder `instance/backups/`.
 */
export async function removeOldBackups(folder: string): Promise<void> {
  const old = (await listBackups(folder)).slice(keptBackups);
  for (const { name } of old) await removeIfThere(join(folder, name));
  for await (const { name } of Deno.readDir(folder)) {
    if (/\.db\.part(-journal|-wal|-shm)?$/.test(name)) {
      await removeIfThere(join(folder, name));
    }
  }
}

/**
 * Makes a copy the database again. It may be killed at any moment, if a marker
 * makes the next start do it again.
 *
 * @param places Where everything is.
 * @param name The copy's name.
 * @throws {UserError} If the copy is missing or damaged.
 */
export async function putBack(
  places: DatabasePlaces,
  name: string,
): Promise<void> {
  const source = join(places.backups, name);
  if (readDatabaseState(source).kind === "missing") {
    throw new UserError(
      `The database's copy '${source}' is missing.`,
      "Put another one back with the launcher's 'restore' command.",
    );
  }
  const damage = findDamage(source);
  if (damage.length > 0) {
    throw new UserError(
      `The database's copy '${source}' is damaged: ${damage[0]}.`,
      "Put another one back with the launcher's 'restore' command.",
    );
  }
  const copy = () =>
    copyDurably(source, places.database, async () => {
      // A log of the database that goes would be applied to the one that comes.
      for (const suffix of companionSuffixes) {
        await removeIfThere(places.database + suffix);
      }
    });
  try {
    try {
      await copy();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      // What is replaced is of no use any more; its room may be what is missing.
      await removeIfThere(`${places.database}.new`);
      await removeDatabase(places.database);
      await copy();
    }
  } catch (error) {
    await removeIfThere(`${places.database}.new`);
    if (isDiskFull(error)) {
      throw new UserError(
        `The disk is full: the database's copy '${source}' could not be put back.`,
        "Free some space, then start again; the copy is put back then.",
        { cause: error },
      );
    }
    throw isHeldOpen(error) ? databaseInUse(places, error) : error;
  }
}

/**
 * The error for a database that another program has open.
 *
 * @param places Where the database is.
 * @param cause What was thrown, if anything was.
 */
export function databaseInUse(
  places: DatabasePlaces,
  cause?: unknown,
): UserError {
  return new UserError(
    `Another program has the database '${places.database}' open.`,
    "Close that program, then start again.",
    { cause },
  );
}

/**
 * The error for a disk that is full before anything was changed.
 *
 * @param places Where the database is.
 * @param cause What was thrown.
 */
export function diskFull(places: DatabasePlaces, cause: unknown): UserError {
  return new UserError(
    `The disk is full where '${places.instance}' is; the database was not changed.`,
    "Free some space, then start again.",
    { cause },
  );
}

/**
 * Puts a copy back at the user's wish, after a copy of the present database.
 *
 * @param name A name from {@linkcode listBackups}, with or without `.db`.
 * @param options Where everything is.
 * @returns The name of the copy of the present database, if there was one.
 * @throws {UserError} If there is no such copy, or it is damaged.
 */
export async function restoreBackup(
  name: string,
  options: Omit<BackupOptions, "before">,
): Promise<string | undefined> {
  const { places, say } = options;
  const backups = await listBackups(places.backups);
  // A name is looked up, never used as a path: it cannot lead elsewhere.
  const wanted = backups.find((backup) =>
    backup.name === name || backup.name === `${name}.db`
  );
  if (wanted === undefined) {
    throw new UserError(
      `There is no backup '${name}'.`,
      "Choose a name that the launcher's 'backups' command lists.",
    );
  }
  const damage = findDamage(join(places.backups, wanted.name));
  if (damage.length > 0) {
    throw new UserError(
      `The backup '${wanted.name}' is damaged: ${damage[0]}.`,
      "Choose another one; nothing was changed.",
    );
  }
  if (isInUse(places.database)) throw databaseInUse(places);
  const present = readDatabaseState(places.database).kind === "missing"
    ? undefined
    : await makeBackup({ ...options, before: "restore" });
  if (present !== undefined) {
    say(`The present database is kept as '${present}'.`);
  }
  await writeMarker(places.instance, {
    action: "restore",
    backup: wanted.name,
  });
  await putBack(places, wanted.name);
  await removeMarker(places.instance);
  await removeOldBackups(places.backups);
  say(`The database is as it was in '${wanted.name}'.`);
  return present;
}

/**
 * Removes a database with everything SQLite keeps beside it.
 *
 * @param path The database file.
 */
export async function removeDatabase(path: string): Promise<void> {
  for (const suffix of companionSuffixes) await removeIfThere(path + suffix);
  await removeIfThere(path);
}

function requireSpace({ places, freeSpace }: BackupOptions): void {
  const free = freeSpace(places.instance);
  if (free === undefined) return;
  const size = sizeOf(places.database) + sizeOf(`${places.database}-wal`);
  // The copy, the tables that a migration rewrites, and the copy put back.
  const needed = 3 * size + reserve;
  if (free >= needed) return;
  const megabytes = (bytes: number) => Math.ceil(bytes / 1024 / 1024);
  throw new UserError(
    `The disk has ${
      megabytes(free)
    } MB free where '${places.instance}' is; a copy of the database needs ${
      megabytes(needed)
    } MB.`,
    "Free some space, then start again.",
  );
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
