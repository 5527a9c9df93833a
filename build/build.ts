/**
 * Builds one bundle: parts, papers, checks, archive, in this order.
 *
 * @module
 */
import { join } from "@std/path";
import { archiveTime, writeArchive } from "./archive.ts";
import { Archives } from "./archives.ts";
import { type Entry, topFolder } from "./bundle.ts";
import { Cache } from "./cache.ts";
import { refuseProblems } from "./bundle_checks.ts";
import { cachedCompressor } from "./compressed_cache.ts";
import { readContentSync } from "./content.ts";
import { writeFolder } from "./folder.ts";
import { Downloads } from "./downloads.ts";
import type { BuildOptions } from "./flags.ts";
import { buildFolders, bundleFacts } from "./facts.ts";
import { Inspector } from "./inspection.ts";
import { readLicenceTexts } from "./licence_texts.ts";
import { type BundleParts, gatherParts } from "./parts.ts";
import type { Reporter } from "./progress.ts";
import { prove } from "./prove.ts";
import { UsedResults } from "./result_cache.ts";
import { findPython } from "./sources/pypi.ts";
import { parseSums, sumsName, sumsText } from "./verify.ts";
import { endOfPrograms } from "./subprocess.ts";
import { Turns } from "./turns.ts";
import { WorkerPool } from "./worker_pool.ts";
import { Workspace } from "./workspace.ts";

/** Changes whenever results of earlier checks must not be used any more. */
const resultsKey = "results-1";

/** A finished bundle. */
export interface FinishedBundle {
  /** The zip, or the folder. */
  path: string;
  /** Bytes of the zip; of a folder, those of its files. */
  size: number;
  version: string;
  entries: readonly Entry[];
}

/**
 * Builds a bundle.
 *
 * @param signal Stops the build; nothing half-made is left where it would be seen.
 * @throws {UserError} If something that the user can mend is in the way.
 */
export async function build(
  options: BuildOptions,
  reporter: Reporter,
  signal?: AbortSignal,
): Promise<FinishedBundle> {
  using cache = new Cache(options.cache);
  using pool = new WorkerPool();
  const results = new UsedResults(cache.readJson(resultsKey));
  const inspector = new Inspector(
    pool,
    results,
    buildFolders(options),
    new Turns(),
  );
  const archives = new Archives(cache, pool, inspector);
  const { offline } = options;
  const stop = new AbortController();
  const downloads = new Downloads({
    ...{ archives, reporter, offline },
    signal: AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]),
  });
  const parts = await gatherParts(
    options,
    downloads,
    archives,
    pool,
    inspector,
  ).catch(async (error) => {
    // What is still at work would write into folders that are removed now.
    stop.abort(error);
    await endOfPrograms();
    throw error;
  });
  signal?.throwIfAborted();

  const entries = await completeEntries(
    parts,
    options,
    archives,
    results,
  );
  signal?.throwIfAborted();

  using workspace = Workspace.open(options.out);
  const name = `MediaParser-Windows-v${parts.version}`;
  const task = reporter.task("Writing the bundle");
  try {
    return options.asFolder
      ? {
        ...writeFolder(join(options.out, name), entries, workspace),
        version: parts.version,
        entries,
      }
      : {
        ...writeZip(
          join(options.out, `${name}.zip`),
          entries,
          workspace,
          cache,
        ),
        version: parts.version,
        entries,
      };
  } finally {
    task.end();
  }
}

/** The parts with their papers, checked before one byte is written. */
async function completeEntries(
  parts: BundleParts,
  options: BuildOptions,
  archives: Archives,
  results: UsedResults,
): Promise<Entry[]> {
  const { cache } = archives;
  const [python] = await findPython();
  const { entries, problems } = await prove(
    parts.entries,
    bundleFacts(parts, options),
    {
      read: (entry) => Promise.resolve(readContentSync(entry)),
      cache: results,
      python,
      licenceTexts: (ids) =>
        readLicenceTexts(parts.licenceTexts, archives, ids),
    },
  );
  cache.writeJson(resultsKey, results.toJSON());
  refuseProblems(problems);
  return entries;
}

/** Writes the zip and SHA256SUMS beside it. */
function writeZip(
  path: string,
  entries: readonly Entry[],
  workspace: Workspace,
  cache: Cache,
): { path: string; size: number } {
  const temporary = workspace.newPath("zip");
  const { size, sha256 } = writeArchive(temporary, entries, {
    time: archiveTime(Deno.env.get("SOURCE_DATE_EPOCH")),
    prefix: `${topFolder}/`,
    compress: cachedCompressor(cache),
  });
  const sumsPath = join(path, "..", sumsName);
  const sums = readSums(sumsPath);
  sums.set(path.split(/[\\/]/).at(-1)!, sha256);
  const temporarySums = workspace.newPath("sums");
  Deno.writeTextFileSync(temporarySums, sumsText(sums));
  Deno.renameSync(temporary, path);
  Deno.renameSync(temporarySums, sumsPath);
  return { path, size };
}

/** The sums of other bundles that lie there. */
function readSums(path: string): Map<string, string> {
  try {
    return new Map(parseSums(Deno.readTextFileSync(path)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Map();
    throw error;
  }
}
