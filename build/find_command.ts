/**
 * Names programs as this system finds them: on Windows npm is a `.cmd` file,
 * which is not found without its ending.
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
