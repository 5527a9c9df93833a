/**
 * Writes the bundle as a folder, ready to be run or looked at.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { UserError } from "../launcher/user_error.ts";
import { type Entry, topFolder } from "./bundle.ts";
import { readContentSync } from "./content.ts";
import type { Workspace } from "./workspace.ts";

/** What an installation that was run has, and a new one has not. */
const userData = [".env", "instance", "storage", "logs"];

/**
 * Writes entries as a folder, in one step as far as anybody can see.
 *
 * @param path The folder; an earlier one there is replaced.
 * @throws {UserError} If the earlier one holds somebody's data.
 */
export function writeFolder(
  path: string,
  entries: readonly Entry[],
  workspace: Workspace,
): { path: string; size: number } {
  for (const name of userData) {
    if (isThere(join(path, topFolder, name))) {
      throw new UserError(
        `'${path}' was run: it holds data in '${name}'.`,
        "Move it away, or name another folder with --out.",
      );
    }
  }
  const temporary = workspace.newPath("folder");
  const made = new Set<string>();
  let size = 0;
  for (const entry of entries) {
    const file = join(temporary, topFolder, entry.path);
    const folder = dirname(file);
    if (!made.has(folder)) {
      Deno.mkdirSync(folder, { recursive: true });
      made.add(folder);
    }
    Deno.writeFileSync(file, readContentSync(entry));
    size += entry.size;
  }
  if (isThere(path)) Deno.renameSync(path, workspace.newPath("replaced"));
  Deno.renameSync(temporary, path);
  return { path, size };
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
