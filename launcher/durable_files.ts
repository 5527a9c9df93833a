/**
 * Changing files so that a crash, at any moment, leaves the old or the new
 * content, never something between.
 *
 * @module
 */
import { dirname } from "@std/path";
import { retry, RetryError } from "@std/async/retry";

/**
 * Replaces a file's content.
 *
 * @param path The file.
 * @param text Its new content.
 */
export async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  await Deno.writeTextFile(temporary, text);
  await syncFile(temporary);
  await renameDurably(temporary, path);
}

/**
 * Replaces a file by a copy of another.
 *
 * @param source The file to copy.
 * @param target The file to replace.
 * @param beforeRename Called when the copy is complete, before it takes the
 * place.
 */
export async function copyDurably(
  source: string,
  target: string,
  beforeRename: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const temporary = `${target}.new`;
  await Deno.copyFile(source, temporary);
  await syncFile(temporary);
  await beforeRename();
  await renameDurably(temporary, target);
}

/**
 * Renames a file whose content is on the disk already, and makes sure that the
 * new name is, too.
 *
 * @param source The present name.
 * @param target The new one; a file of that name is replaced.
 */
export async function renameDurably(
  source: string,
  target: string,
): Promise<void> {
  try {
    // Virus scanners on Windows hold new files open for a moment.
    await retry(() => Deno.rename(source, target), {
      maxAttempts: 6,
      minTimeout: 50,
      isRetriable: isHeldOpen,
    });
  } catch (error) {
    throw error instanceof RetryError ? error.cause : error;
  }
  await syncFolder(dirname(target));
}

/**
 * Whether an error says that somebody has the file open, as Windows minds.
 *
 * @param error What was thrown.
 */
export function isHeldOpen(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.Busy;
}

/**
 * Removes a file that may not be there.
 *
 * @param path The file.
 */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Makes sure that a file's content is on the disk.
 *
 * @param path The file.
 */
export async function syncFile(path: string): Promise<void> {
  using file = await Deno.open(path, { read: true, write: true });
  await file.sync();
}

/**
 * Makes sure that a folder's names are on the disk. Windows does so by itself,
 * and has no way to ask for it.
 *
 * @param path The folder.
 */
export async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using folder = await Deno.open(path);
  await folder.sync();
}
