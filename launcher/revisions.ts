/**
 * Which database revisions an app knows, read from its migration scripts.
 *
 * Asking Alembic would start Python and import the whole app; what is wanted is
 * two assignments in each of a few small files.
 *
 * @module
 */
import { join } from "@std/path";
import { UserError } from "./user_error.ts";

/** One migration script. */
export interface Revision {
  id: string;
  /** The revisions it builds on; none for the first, several for a merge. */
  parents: string[];
}

/** All revisions of an app. */
export interface RevisionHistory {
  /** The newest revision, which no other builds on. */
  head: string;
  /** Every revision, each after those it builds on. */
  revisions: string[];
}

/**
 * Reads one migration script.
 *
 * @param source The script's text.
 * @returns Its revision, or undefined if it is no migration script.
 */
export function parseRevision(source: string): Revision | undefined {
  const code = withoutDocstrings(source);
  const id = stringsIn(assignedValue(code, "revision") ?? "")[0];
  if (id === undefined) return undefined;
  return { id, parents: stringsIn(assignedValue(code, "down_revision") ?? "") };
}

/**
 * Puts the revisions of all scripts in order.
 *
 * @param scripts Each script's file name and text.
 * @throws {UserError} If they do not form one history with one newest revision.
 */
export function orderRevisions(
  scripts: Iterable<readonly [name: string, source: string]>,
): RevisionHistory {
  const files = new Map<string, string>();
  const pending = new Map<string, string[]>();
  for (const [name, source] of scripts) {
    const revision = parseRevision(source);
    if (revision === undefined) continue;
    const other = files.get(revision.id);
    if (other !== undefined) {
      throw broken(`'${other}' and '${name}' are both '${revision.id}'`);
    }
    files.set(revision.id, name);
    pending.set(revision.id, revision.parents);
  }
  if (pending.size === 0) throw broken("there are none");

  const builtOn = new Set<string>();
  for (const [id, parents] of pending) {
    for (const parent of parents) {
      if (!files.has(parent)) {
        throw broken(
          `'${files.get(id)}' builds on '${parent}', which is not there`,
        );
      }
      builtOn.add(parent);
    }
  }
  const heads = [...files.keys()].filter((id) => !builtOn.has(id)).sort();
  const [head] = heads;
  if (head === undefined) throw broken("they build on each other in a circle");
  if (heads.length > 1) {
    throw broken(`they end in several: ${heads.join(", ")}`);
  }
  return { head, revisions: parentsFirst(pending) };
}

/**
 * Reads the migration scripts of an app.
 *
 * @param root The app's folder, which holds `alembic/versions/`.
 * @throws {UserError} As {@linkcode orderRevisions}.
 */
export async function readRevisions(root: string): Promise<RevisionHistory> {
  const folder = join(root, "alembic", "versions");
  const scripts: [string, string][] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isDirectory || !entry.name.endsWith(".py")) continue;
      const text = await Deno.readTextFile(join(folder, entry.name));
      scripts.push([entry.name, text]);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return orderRevisions(scripts.sort(([a], [b]) => a < b ? -1 : 1));
}

/** Sorts by what builds on what; names decide among equals, so that it is stable. */
function parentsFirst(pending: Map<string, string[]>): string[] {
  const ordered: string[] = [];
  const left = new Map([...pending].sort(([a], [b]) => a < b ? -1 : 1));
  while (left.size > 0) {
    const ready = [...left].filter(([, parents]) =>
      parents.every((parent) => !left.has(parent))
    );
    if (ready.length === 0) {
      throw broken("they build on each other in a circle");
    }
    for (const [id] of ready) {
      ordered.push(id);
      left.delete(id);
    }
  }
  return ordered;
}

function broken(reason: string): UserError {
  return new UserError(
    `The app's database migrations cannot be used: ${reason}.`,
    "Mend the scripts in 'alembic/versions'; 'alembic merge heads' joins several newest ones.",
  );
}

/** Empties triple-quoted strings, in which nothing is an assignment. */
function withoutDocstrings(source: string): string {
  return source.replace(/("""|''')[\s\S]*?\1/g, '""');
}

/** The text on the right of a top-level assignment, over several lines if bracketed. */
function assignedValue(code: string, name: string): string | undefined {
  const start = new RegExp(`^${name}[ \\t]*(?::[^=\\n]*)?=`, "m").exec(code);
  if (start === null) return undefined;
  const rest = code.slice(start.index + start[0].length);
  const bracketed = /^\s*(?:\([^)]*\)|\[[^\]]*\])/.exec(rest);
  return bracketed?.[0] ?? rest.split("\n", 1)[0];
}

/** The plain string literals in a piece of Python, comments left aside. */
function stringsIn(code: string): string[] {
  const literals = code.matchAll(/#[^\n]*|"([^"\n]*)"|'([^'\n]*)'/g);
  return [...literals].flatMap(([, double, single]) => double ?? single ?? [])
    .filter((text) => text !== "");
}
