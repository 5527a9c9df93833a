/**
 * Brings the database to the revision of this version of the app, before the
 * app starts, so that nothing is lost whatever happens on the way.
 *
 * The launcher reads the database's state itself. Python is only started when
 * there is something to do.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { join } from "@std/path";
import {
  type BackupOptions,
  databaseInUse,
  type DatabasePlaces,
  diskFull,
  makeBackup,
  putBack,
  removeDatabase,
  removeOldBackups,
} from "./backups.ts";
import { renameDurably } from "./durable_files.ts";
import type { RevisionHistory } from "./revisions.ts";
import {
  companionSuffixes,
  type DatabaseState,
  findDamage,
  hasRows,
  isDiskFull,
  isInUse,
  isWriteLocked,
  readDatabaseState,
} from "./sqlite.ts";
import { readMarker, removeMarker, writeMarker } from "./upgrade_marker.ts";
import { UserError } from "./user_error.ts";

/** What Python is asked to do. */
export type DatabaseCommand = "create" | "stamp" | "upgrade";

/** What Python answers. */
export type DatabaseAnswer =
  | { ok: true; action: string; from: string | null; to: string | null }
  | { ok: false; error: string; kind: string };

/** What has to happen to a database. */
export type DatabasePlan =
  | { action: "none" }
  | { action: DatabaseCommand }
  /** A newer version of the app has upgraded it. */
  | { action: "refuse-newer"; found: string; known: string }
  | { action: "refuse-corrupt"; reason: string }
  | { action: "refuse-locked" };

/** What {@linkcode prepareDatabase} needs. */
export interface PrepareOptions
  extends Pick<BackupOptions, "freeSpace" | "say" | "now"> {
  places: DatabasePlaces;
  /** The revisions of this version of the app. */
  revisions: RevisionHistory;
  /** This version of the app. */
  version: string;
  /** Runs `mediaparser_portable.database`. */
  runDatabaseCommand: (command: DatabaseCommand) => Promise<DatabaseAnswer>;
}

/** What {@linkcode prepareDatabase} did. */
export interface PreparedDatabase {
  action: "none" | DatabaseCommand;
  /** The name of the copy made before an upgrade. */
  backup?: string;
}

/**
 * Decides what has to happen.
 *
 * @param state The database's state.
 * @param history The revisions that this version of the app knows.
 */
export function planDatabase(
  state: DatabaseState,
  history: RevisionHistory,
): DatabasePlan {
  switch (state.kind) {
    case "missing":
      return { action: "create" };
    case "untracked":
      return { action: "stamp" };
    case "locked":
      return { action: "refuse-locked" };
    case "corrupt":
      return { action: "refuse-corrupt", reason: state.reason };
    case "tracked": {
      const { revisions } = state;
      if (revisions.some((id) => !history.revisions.includes(id))) {
        return {
          action: "refuse-newer",
          found: revisions.join(", "),
          known: history.head,
        };
      }
      const atHead = revisions.length === 1 && revisions[0] === history.head;
      return { action: atHead ? "none" : "upgrade" };
    }
    default:
      return state satisfies never;
  }
}

/**
 * Finishes what an earlier start was cut short in, then does what the plan
 * says. The app must not run meanwhile.
 *
 * @param options Where the database is, and how to reach Python.
 * @throws {UserError} If the database cannot be used; it is then as it was.
 */
export async function prepareDatabase(
  options: PrepareOptions,
): Promise<PreparedDatabase> {
  try {
    return await prepare(options);
  } catch (error) {
    if (error instanceof UserError || !isDiskFull(error)) throw error;
    throw diskFull(options.places, error);
  }
}

async function prepare(options: PrepareOptions): Promise<PreparedDatabase> {
  const { places, revisions } = options;
  await finishInterrupted(options);
  const plan = planDatabase(readDatabaseState(places.database), revisions);
  switch (plan.action) {
    case "none":
      if (isWriteLocked(places.database)) throw databaseInUse(places);
      return { action: "none" };
    case "create":
      await create(options);
      return { action: "create" };
    case "stamp":
      await runChecked(options, "stamp");
      return { action: "stamp" };
    case "upgrade":
      return { action: "upgrade", backup: await upgrade(options) };
    case "refuse-newer":
      throw new UserError(
        `The database was upgraded by a newer MediaParser: it is at revision ${plan.found}, and version ${options.version} knows up to ${plan.known}.`,
        "Use the newer MediaParser again, or put an older copy back with the launcher's 'restore' command.",
      );
    case "refuse-corrupt":
      throw new UserError(
        `The database '${places.database}' is damaged: ${plan.reason}.`,
        "Put a copy back with the launcher's 'restore' command.",
      );
    case "refuse-locked":
      throw databaseInUse(places);
    default:
      return plan satisfies never;
  }
}

/** Puts right what a launcher that was killed left behind. */
async function finishInterrupted(
  { places, say }: PrepareOptions,
): Promise<void> {
  const marker = await readMarker(places.instance);
  if (marker === undefined) return;
  if (marker.action === "create") {
    await removeUnfinished(places, say);
  } else {
    say(
      marker.action === "upgrade"
        ? "The last upgrade of the database was cut short: putting its copy back."
        : "Putting a copy of the database back was cut short: doing it again.",
    );
    // A migration that outlives its launcher, if only for a moment, would spoil
    // what is put back.
    if (!await becomesFree(places.database)) throw databaseInUse(places);
    await putBack(places, marker.backup);
  }
  await removeMarker(places.instance);
}

/** Waits a little until nobody has a database open. */
async function becomesFree(path: string): Promise<boolean> {
  for (let attempt = 0; attempt < 30; attempt++) {
    if (!isInUse(path)) return true;
    await delay(100);
  }
  return false;
}

/**
 * Removes a database whose creation was cut short. One that is complete, or
 * holds anything that somebody may miss, stays.
 */
async function removeUnfinished(
  places: DatabasePlaces,
  say: (line: string) => void,
): Promise<void> {
  const { database } = places;
  const state = readDatabaseState(database);
  switch (state.kind) {
    case "missing":
      return await removeDatabase(database);
    case "tracked":
      return;
    case "untracked":
      if (hasRows(database)) return;
      return await removeDatabase(database);
    case "corrupt": {
      const aside = `${database}.unfinished-${Date.now()}`;
      say(`A database that was never finished is now '${aside}'.`);
      for (const suffix of companionSuffixes) {
        await renameIfThere(database + suffix, aside + suffix);
      }
      return await renameDurably(database, aside);
    }
    case "locked":
      throw databaseInUse(places);
    default:
      return state satisfies never;
  }
}

async function create(options: PrepareOptions): Promise<void> {
  const { places, say } = options;
  say("Creating the database.");
  await writeMarker(places.instance, { action: "create" });
  try {
    await runChecked(options, "create");
  } catch (error) {
    await removeUnfinished(places, say);
    await removeMarker(places.instance);
    throw error;
  }
  await removeMarker(places.instance);
}

async function upgrade(options: PrepareOptions): Promise<string> {
  const { places, say, version } = options;
  if (isInUse(places.database)) throw databaseInUse(places);
  say("Upgrading the database. This is done once, and a copy is made first.");
  const backup = await makeBackup({ ...options, before: version });
  await writeMarker(places.instance, { action: "upgrade", backup });
  try {
    await runChecked(options, "upgrade");
  } catch (error) {
    // The marker stays if this fails too: the next start tries again.
    await putBack(places, backup);
    await removeMarker(places.instance);
    throw error;
  }
  await removeMarker(places.instance);
  await removeOldBackups(places.backups);
  say(`The copy is '${join(places.backups, backup)}'.`);
  return backup;
}

/** Runs a command and believes its result only after a look of our own. */
async function runChecked(
  options: PrepareOptions,
  command: DatabaseCommand,
): Promise<void> {
  const { places, revisions } = options;
  const answer = await options.runDatabaseCommand(command);
  if (!answer.ok) throw failed(command, answer);
  const damage = findDamage(places.database);
  if (damage.length > 0) {
    throw failed(command, {
      kind: "integrity",
      error: `SQLite finds it damaged: ${damage[0]}`,
    });
  }
  const plan = planDatabase(readDatabaseState(places.database), revisions);
  if (plan.action !== "none") {
    throw failed(command, {
      kind: "app",
      error: `it is not at revision ${revisions.head} afterwards`,
    });
  }
}

const remedies: Readonly<Record<string, string>> = {
  "disk-full": "Free some space on the disk, then start again.",
  interrupted: "Start again when there is time for it.",
  locked: "Close every other program that uses the database, then start again.",
};

function failed(
  command: DatabaseCommand,
  answer: { error: string; kind: string },
): UserError {
  const what = command === "create" ? "created" : "brought up to date";
  return new UserError(
    `The database could not be ${what}: ${answer.error.replace(/\.$/, "")}.`,
    remedies[answer.kind] ??
      "Your data is as it was: use the version of MediaParser you had, and report this with the log.",
  );
}

async function renameIfThere(source: string, target: string): Promise<void> {
  try {
    await Deno.rename(source, target);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
