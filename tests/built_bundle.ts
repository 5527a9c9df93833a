/**
 * The bundle that tests look into and run: built with the sample app, once for
 * a whole test run, however many test files ask for it at the same time.
 *
 * Building it again takes half a second when nothing changed, and the build
 * itself knows what changed; so it is simply built by the first who asks in each
 * test process, and a file lock lets the others wait. The bundle lies in the
 * cache folder, named by the hash of its bytes, so that a later build does not
 * pull it away from under a test that reads it.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { build } from "../build/build.ts";
import { parseFlags } from "../build/flags.ts";
import { parseSums, sumsName } from "../build/verify.ts";

const repository = fromFileUrl(new URL("../", import.meta.url));

/** The cache folder that tests share with builds; `MEDIAPARSER_BUILD_CACHE` names another. */
export function testCache(): string {
  return Deno.env.get("MEDIAPARSER_BUILD_CACHE") ??
    join(repository, ".build-cache");
}

/** How many bundles of earlier test runs are kept. */
const keptBundles = 3;

let built: Promise<string> | undefined;

/**
 * Builds the bundle of the sample app, unless this test process did so.
 *
 * @returns Path of the zip.
 */
export function builtBundle(): Promise<string> {
  return built ??= buildBundle();
}

async function buildBundle(): Promise<string> {
  const out = join(testCache(), "test-bundle");
  Deno.mkdirSync(out, { recursive: true });
  using lock = await Deno.open(join(out, "lock"), {
    create: true,
    write: true,
  });
  await lock.lock(true);
  const command = parseFlags(["--cache", testCache(), "--out", out]);
  if (command.kind !== "build") throw new Error("The flags ask for no build");
  const lines: string[] = [];
  const { path } = await build(command.options, {
    line: (text) => lines.push(text),
    task: () => ({ update: () => {}, end: () => {} }),
  });
  const name = path.split(/[\\/]/).at(-1)!;
  const sums = parseSums(Deno.readTextFileSync(join(out, sumsName)));
  const folder = join(out, sums.get(name)!.slice(0, 16));
  Deno.mkdirSync(folder, { recursive: true });
  const place = join(folder, name);
  if (!isThere(place)) Deno.renameSync(path, place);
  else Deno.removeSync(path);
  const now = new Date();
  Deno.utimeSync(folder, now, now);
  removeOld(out);
  return place;
}

/** Removes all but the newest bundles. */
function removeOld(out: string): void {
  const folders = [...Deno.readDirSync(out)]
    .filter((entry) => entry.isDirectory && /^[0-9a-f]{16}$/.test(entry.name))
    .map(({ name }) => join(out, name))
    .map((path) => ({ path, time: Deno.statSync(path).mtime?.getTime() ?? 0 }))
    .sort((a, b) => b.time - a.time);
  for (const { path } of folders.slice(keptBundles)) {
    Deno.removeSync(path, { recursive: true });
  }
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
