/**
 * Finds a program on PATH. Deno runs no `.cmd` files without a shell, and on
 * Windows npm is one; everywhere else the plain name is enough.
 *
 * @module
 */

/** The name to start `command` by on this system. */
export function findCommand(
  command: string,
  os: typeof Deno.build.os = Deno.build.os,
): string {
  return os === "windows" && command === "npm" ? "npm.cmd" : command;
}
