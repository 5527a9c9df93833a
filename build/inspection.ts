/**
 * Looks into files ahead of the checks, in workers and side by side.
 *
 * The checks and the SBOM ask what is inside of programs and DLLs of up to a
 * hundred megabytes. Each answer is kept by the content's hash, so it is enough
 * to have the same questions asked once, wherever a core is free: when the
 * checks come to run, they find every answer.
 *
 * @module
 */
import type { Entry } from "./bundle.ts";
import {
  type BuildFolders,
  checkBuildPaths,
  importsOf,
  type ReadEntry,
  type ResultCache,
} from "./bundle_checks.ts";
import { readContentSync, release } from "./content.ts";
import { findEmbeddedLibraries } from "./embedded_libraries.ts";
import { isPortableExecutable } from "./portable_executable.ts";
import type { JobRunner } from "./worker_pool.ts";

/** Asks all questions whose answers are kept by content. */
async function askAll(
  entries: readonly Entry[],
  folders: BuildFolders,
  read: ReadEntry<Entry>,
  cache: ResultCache,
): Promise<void> {
  await findEmbeddedLibraries(entries, read, cache);
  await checkBuildPaths(entries, folders, read, cache);
  for (const entry of entries) {
    if (isPortableExecutable(entry.path)) await importsOf(entry, read, cache);
  }
}

/** The entries that have to be read to know all answers. */
async function unknownEntries(
  entries: readonly Entry[],
  folders: BuildFolders,
  kept: ResultCache,
): Promise<Entry[]> {
  const unknown = new Set<Entry>();
  const read = (entry: Entry): Promise<Uint8Array> => {
    unknown.add(entry);
    return Promise.resolve(new Uint8Array());
  };
  // What is concluded from no bytes must not be kept.
  const cache: ResultCache = { get: (key) => kept.get(key), set: () => {} };
  await askAll(entries, folders, read, cache);
  return [...unknown];
}

/**
 * Looks into entries, one after another.
 *
 * @returns The answers, by the key that the checks keep them under.
 */
export async function inspect(
  entries: readonly Entry[],
  folders: BuildFolders,
): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  const cache: ResultCache = {
    get: (key) => answers[key],
    set: (key, value) => answers[key] = value,
  };
  for (const entry of entries) {
    // Every question about a file is asked while its bytes are at hand.
    let bytes: Promise<Uint8Array> | undefined;
    const read = (): Promise<Uint8Array> =>
      bytes ??= Promise.resolve(readContentSync(entry));
    await askAll([entry], folders, read, cache);
    if (bytes !== undefined) release(await bytes);
  }
  return answers;
}

/** Files above this are held in memory one at a time. */
const heavySize = 32 << 20;

/** Has entries looked into, as far as no earlier build did. */
export class Inspector {
  #heavy: Promise<unknown> = Promise.resolve();

  constructor(
    readonly pool: JobRunner,
    readonly results: ResultCache,
    readonly folders: BuildFolders,
  ) {}

  /**
   * Puts heavy files off, while something else needs the memory.
   *
   * @param done Settles when it needs it no more.
   */
  holdHeavy(done: Promise<unknown>): void {
    this.#heavy = Promise.allSettled([this.#heavy, done]);
  }

  /** Looks into entries, so that the checks need not read them. */
  async inspect(entries: readonly Entry[]): Promise<void> {
    const unknown = await unknownEntries(entries, this.folders, this.results);
    if (unknown.length === 0) return;
    const ask = (): Promise<Record<string, string>> =>
      this.pool.run("inspect", unknown, this.folders);
    let answers: Promise<Record<string, string>>;
    if (unknown.some(({ size }) => size > heavySize)) {
      answers = this.#heavy.then(ask);
      this.#heavy = answers.catch(() => {});
    } else answers = ask();
    for (const [key, value] of Object.entries(await answers)) {
      this.results.set(key, value);
    }
  }
}
