/**
 * Fetches a package from the npm registry, by npm itself: it knows the
 * registry, the mirror, the proxy and the certificates of this machine.
 *
 * @module
 */
import { join } from "@std/path";
import { findCommand } from "../find_command.ts";
import { run } from "../subprocess.ts";

/**
 * Downloads the tarball of a package.
 *
 * @param folder An empty folder to put it into.
 * @returns The path of the tarball; its hash is yet to be checked.
 * @throws {UserError} If npm is not installed.
 * @throws {CommandError} If npm fails.
 */
export async function fetchFromNpm(
  name: string,
  version: string,
  folder: string,
  signal?: AbortSignal,
): Promise<string> {
  const output = await run(findCommand("npm"), [
    "pack",
    `${name}@${version}`,
    "--ignore-scripts",
    "--json",
    "--loglevel=error",
  ], {
    cwd: folder,
    remedy: "Install Node.js 20 or newer, which brings npm, from nodejs.org.",
    ...(signal === undefined ? {} : { signal }),
  });
  const [packed] = JSON.parse(output) as { filename: string }[];
  return join(folder, packed!.filename.replace("@", "").replace("/", "-"));
}
