/**
 * What the app's Python files import, read once for each state of them.
 *
 * @module
 */
import type { Entry } from "./bundle.ts";
import type { ReadEntry, ResultCache } from "./bundle_checks.ts";
import { readText } from "./content.ts";
import { sha256Of } from "./digest.ts";
import {
  type PythonImports,
  type PythonSource,
  readPythonImports,
} from "./python_imports.ts";

/** What {@linkcode readAppImports} needs. */
export interface ImportTools {
  read: ReadEntry<Entry>;
  /** Results of an earlier build, by content. */
  cache: ResultCache;
  /** The Python program that reads the files, e.g. `python3`. */
  python: string;
}

/**
 * Reads the imports of the app's files; Python is asked only for files it has
 * not read before.
 *
 * @param entries The bundle's; those of other components do not count.
 * @throws {UserError} If Python cannot be started or fails.
 */
export async function readAppImports(
  entries: readonly Entry[],
  { read, cache, python }: ImportTools,
): Promise<PythonImports> {
  const files = entries.filter((entry) =>
    entry.component === "app" && entry.path.endsWith(".py")
  );
  const key = `imports:${
    sha256Of(files.map((file) => `${file.path} ${file.sha256}`).join())
  }`;
  const kept = cache.get(key);
  if (kept !== undefined) return JSON.parse(kept);
  const sources: PythonSource[] = [];
  for (const file of files) {
    sources.push({ path: file.path, source: await readText(file, read) });
  }
  const imports = await readPythonImports(python, sources);
  cache.set(key, JSON.stringify(imports));
  return imports;
}
