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
import { type IndexedMember, indexZip } from "./archive_index.ts";
import type { Entry } from "./bundle.ts";
import {
  type BuildFolders,
  checkBuildPaths,
  importsOf,
  type ReadEntry,
  type ResultCache,
} from "./bundle_checks.ts";
import { readContentSync, release } from "./content.ts";
import { type DeflatedFile, deflateFile } from "./deflate.ts";
import { archivedEntry } from "./entry.ts";
import { findEmbeddedLibraries } from "./embedded_libraries.ts";
import { isPortableExecutable } from "./portable_executable.ts";
import type { Turns } from "./turns.ts";
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
  for (const entry of entries) {
    // Every question about a file is asked while its bytes are at hand.
    let bytes: Uint8Array | undefined;
    const read = (): Uint8Array => bytes ??= readContentSync(entry);
    await inspectOne(entry, folders, read, answers);
    if (bytes !== undefined) release(bytes);
  }
  return answers;
}

/** Looks into one entry, and adds to the answers. */
async function inspectOne(
  entry: Entry,
  folders: BuildFolders,
  read: () => Uint8Array,
  answers: Record<string, string>,
): Promise<void> {
  await askAll([entry], folders, () => Promise.resolve(read()), {
    get: (key) => answers[key],
    set: (key, value) => answers[key] = value,
  });
}

/** Where the files of an archive go. */
export interface Placement {
  component: string;
  /** What their names in the archive begin with; the others go nowhere. */
  from: string;
  /** What stands there instead in the bundle. */
  to: string;
}

/**
 * Indexes a zip, and looks into its files in the same go: a file is inflated
 * once for both.
 *
 * @returns The index, and the answers by the key that the checks keep them under.
 * @throws {UserError} If the zip is damaged, or holds something it must not.
 */
export async function indexAndInspect(
  path: string,
  placement?: Placement,
  folders: BuildFolders = { build: [], machine: [] },
): Promise<{ members: IndexedMember[]; answers: Record<string, string> }> {
  const answers: Record<string, string> = {};
  if (placement === undefined) {
    return { members: await indexZip(path), answers };
  }
  const { component, from, to } = placement;
  const archive = { path, members: new Map() };
  const entryOf = (member: IndexedMember): Entry =>
    archivedEntry(
      archive,
      member,
      to + member.path.slice(from.length),
      component,
    );
  const unread = { offset: 0, compressedSize: 0, size: 0, crc32: 0 };
  const members = await indexZip(path, {
    wants: async (name) => {
      if (!name.startsWith(from)) return false;
      const entry = entryOf({
        ...{ ...unread, path: name, method: 8, sha256: "" },
        // Indexing reads it in any case.
        portableExecutable: "",
      });
      return (await unknownEntries([entry], folders, new Map())).length > 0;
    },
    visit: (member, bytes) =>
      inspectOne(entryOf(member), folders, () => bytes, answers),
  });
  return { members, answers };
}

/**
 * Deflates a file, and looks into it in the same go.
 *
 * @param entry What it is in the bundle.
 * @returns As `deflateFile()`, and the answers by the key that the checks keep them under.
 */
export async function deflateAndInspect(
  path: string,
  destination: string,
  entry: Pick<Entry, "path" | "component">,
  folders: BuildFolders,
): Promise<{ file: DeflatedFile; answers: Record<string, string> }> {
  const answers: Record<string, string> = {};
  const file = await deflateFile(
    path,
    destination,
    (bytes, sums) =>
      inspectOne(
        { ...entry, ...sums, content: { kind: "file", path } },
        folders,
        () => bytes,
        answers,
      ),
  );
  return { file, answers };
}

/** Files above this are held in memory one at a time. */
const heavySize = 32 << 20;

/** Has entries looked into, as far as no earlier build did. */
export class Inspector {
  /**
   * @param results What is known, and what is found out.
   * @param heavy Whose turn it is to take much memory.
   */
  constructor(
    readonly pool: JobRunner,
    readonly results: ResultCache,
    readonly folders: BuildFolders,
    readonly heavy: Turns,
  ) {}

  /** Looks into entries, so that the checks need not read them. */
  async inspect(entries: readonly Entry[]): Promise<void> {
    const unknown = await unknownEntries(entries, this.folders, this.results);
    if (unknown.length === 0) return;
    const ask = (): Promise<Record<string, string>> =>
      this.pool.run("inspect", unknown, this.folders);
    const isHeavy = unknown.some(({ size }) => size > heavySize);
    this.keep(await (isHeavy ? this.heavy.take(ask) : ask()));
  }

  /** Keeps answers that came otherwise. */
  keep(answers: Record<string, string>): void {
    for (const [key, value] of Object.entries(answers)) {
      this.results.set(key, value);
    }
  }
}
