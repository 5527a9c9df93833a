/**
 * Reads which database revisions an app knows, from its migrations' own text.
 *
 * The launcher compares them with what stands in a user's database without
 * starting Python for it, so they go into the manifest.
 *
 * @module
 */
import { UserError } from "../launcher/user_error.ts";
import type { Entry } from "./bundle.ts";

/** The revisions of an app. */
export interface Revisions {
  /** The newest one. */
  head: string;
  /** All of them, each after those that it follows. */
  revisions: string[];
}

/** What one migration says of itself. */
interface Migration {
  revision: string;
  /** The revisions that it follows. */
  down: string[];
}

/** Reads a migration; a file without a revision is none. */
function parseMigration(text: string): Migration | undefined {
  const assigned = (name: string): string | undefined =>
    text.match(
      new RegExp(`^${name}\\s*(?::[^=\\n]+)?=\\s*(\\([^)]*\\)|[^\\n#]+)`, "m"),
    )?.[1];
  const strings = (value: string | undefined): string[] =>
    [...(value ?? "").matchAll(/["']([^"']+)["']/g)].map((match) => match[1]!);
  const [revision] = strings(assigned("revision"));
  return revision === undefined
    ? undefined
    : { revision, down: strings(assigned("down_revision")) };
}

/**
 * The revisions of an app's migrations.
 *
 * @param entries The app's entries.
 * @throws {UserError} If there is none, or they do not end in one head.
 */
export function readRevisions(entries: readonly Entry[]): Revisions {
  const decoder = new TextDecoder();
  const migrations = new Map<string, Migration>();
  for (const { path, content } of entries) {
    if (!/^alembic\/versions\/[^/]+\.py$/.test(path)) continue;
    if (content.kind !== "memory") continue;
    const migration = parseMigration(decoder.decode(content.bytes));
    if (migration) migrations.set(migration.revision, migration);
  }
  const followed = new Set(
    [...migrations.values()].flatMap(({ down }) => down),
  );
  const heads = [...migrations.keys()].filter((name) => !followed.has(name));
  const unknown = [...followed].filter((name) => !migrations.has(name));
  if (heads.length !== 1 || unknown.length > 0) {
    throw new UserError(
      unknown.length > 0
        ? `The app's migrations follow '${unknown[0]}', which is not there.`
        : heads.length === 0
        ? "The app has no migration in alembic/versions/."
        : `The app's migrations end in ${heads.length} heads: ${
          heads.join(", ")
        }.`,
      "Mend the app's alembic/versions/ (see 'alembic heads').",
    );
  }
  const revisions: string[] = [];
  const add = (name: string): void => {
    if (revisions.includes(name)) return;
    for (const down of migrations.get(name)!.down) add(down);
    revisions.push(name);
  };
  add(heads[0]!);
  return { head: heads[0]!, revisions };
}
