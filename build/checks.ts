/**
 * Has the finished list of entries checked, with what earlier builds found out
 * about the same content.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { type Entry } from "./bundle.ts";
import {
  checkBuildPaths,
  checkExecutables,
  checkPaths,
  checkWheels,
  type ReadEntry,
  refuseProblems,
  type ResultCache,
} from "./bundle_checks.ts";
import { sha256Of } from "./digest.ts";
import type { BuildOptions } from "./flags.ts";
import type { BundleParts } from "./parts.ts";
import {
  type AppImports,
  matchImports,
  type PythonImports,
  readPythonImports,
} from "./python_imports.ts";
import { findPython } from "./sources/pypi.ts";

/** What the checks found out that the bundle's papers tell. */
export type CheckedImports = Pick<AppImports, "preload">;

/** What the app imports; Python reads it once for the same sources. */
async function appImports(
  entries: readonly Entry[],
  results: ResultCache,
): Promise<PythonImports> {
  const sources = entries
    .filter(({ component, path }) =>
      component === "app" && path.endsWith(".py")
    );
  const key = `imports:${
    sha256Of(sources.map(({ path, sha256 }) => `${path} ${sha256}`).join("\n"))
  }`;
  const kept = results.get(key);
  if (kept !== undefined) return JSON.parse(kept);
  const [python] = await findPython();
  const decoder = new TextDecoder();
  const found = await readPythonImports(
    python,
    sources.map(({ path, content }) => ({
      path,
      source: content.kind === "memory" ? decoder.decode(content.bytes) : "",
    })),
  );
  results.set(key, JSON.stringify(found));
  return found;
}

/**
 * Checks a bundle before one byte of it is written.
 *
 * @param entries Every entry.
 * @throws {UserError} If it must not ship; the message names the entries and the reasons.
 */
export async function checkEntries(
  entries: readonly Entry[],
  parts: BundleParts,
  options: BuildOptions,
  read: ReadEntry,
  results: ResultCache,
): Promise<CheckedImports> {
  const locked = new Map(
    parts.wheels.map(({ name, version, sha256 }) =>
      [name, { version, sha256: [sha256] }] as const
    ),
  );
  const repository = fromFileUrl(new URL("../", import.meta.url));
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE");
  const folders = {
    build: [repository, options.app, options.cache, options.out],
    machine: home === undefined ? [] : [home],
  };
  const imports = matchImports(await appImports(entries, results), entries);
  refuseProblems([
    ...checkPaths(entries),
    ...checkWheels(entries, parts.wheels, locked),
    ...imports.problems,
    ...await checkExecutables(entries, read, results),
    ...await checkBuildPaths(entries, folders, read, results),
  ]);
  return imports;
}
