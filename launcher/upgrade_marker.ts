/**
 * `instance/upgrade.json`: there while the database is being created, upgraded
 * or restored, so that the next start knows when that was cut short.
 *
 * @module
 */
import { join } from "@std/path";
import { removeIfThere, syncFolder, writeDurably } from "./durable_files.ts";
import { UserError } from "./user_error.ts";

/** What is going on. */
export type UpgradeMarker =
  | { action: "create" }
  /** The backup holds the database as it was, or as it shall be. */
  | { action: "upgrade" | "restore"; backup: string };

function markerPath(instance: string): string {
  return join(instance, "upgrade.json");
}

/**
 * Reads the marker.
 *
 * @param instance The folder `instance/`.
 * @returns The marker, or undefined if nothing was cut short.
 * @throws {UserError} If there is one that makes no sense.
 */
export async function readMarker(
  instance: string,
): Promise<UpgradeMarker | undefined> {
  const path = markerPath(instance);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const marker = parseMarker(text);
  if (marker === undefined) {
    throw new UserError(
      `An upgrade of the database was cut short, and its note '${path}' cannot be read.`,
      "Put a backup back with the launcher's 'restore' command.",
    );
  }
  return marker;
}

/**
 * Understands a marker's text.
 *
 * @param text The file's content.
 * @returns The marker, or undefined if it is none.
 */
export function parseMarker(text: string): UpgradeMarker | undefined {
  let value: Record<string, unknown> | null;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const action = value?.action;
  const backup = value?.backup;
  if (action === "create") return { action };
  if (action !== "upgrade" && action !== "restore") return undefined;
  return typeof backup === "string" ? { action, backup } : undefined;
}

/**
 * Notes what is about to begin.
 *
 * @param instance The folder `instance/`.
 * @param marker What begins.
 */
export async function writeMarker(
  instance: string,
  marker: UpgradeMarker,
): Promise<void> {
  await Deno.mkdir(instance, { recursive: true });
  await writeDurably(markerPath(instance), `${JSON.stringify(marker)}\n`);
}

/**
 * Notes that it is done. This comes last, after everything it covers.
 *
 * @param instance The folder `instance/`.
 */
export async function removeMarker(instance: string): Promise<void> {
  await removeIfThere(markerPath(instance));
  await syncFolder(instance);
}
