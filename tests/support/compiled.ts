/**
 * Programs compiled for this machine, as the launcher is compiled for Windows.
 *
 * @module
 */
import { copy } from "@std/fs/copy";
import { basename, dirname, join } from "@std/path";
import { Archives } from "../../build/archives.ts";
import { Cache } from "../../build/cache.ts";
import { Downloads } from "../../build/downloads.ts";
import { compileModule, obtainRuntime } from "../../build/launcher.ts";
import { makeReporter } from "../../build/progress.ts";
import { WorkerPool } from "../../build/worker_pool.ts";
import { testCache } from "../built_bundle.ts";
import { repository } from "./installation.ts";

/** A compiled program; disposing of it deletes it. */
export interface CompiledProgram extends AsyncDisposable {
  path: string;
}

/**
 * Compiles a module of this repository for Linux. The Python package that the
 * launcher needs lies beside the program.
 *
 * @param module Path below the repository.
 */
export async function compileProgram(
  module: string,
): Promise<CompiledProgram> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  using cache = new Cache(testCache());
  using pool = new WorkerPool();
  const archives = new Archives(cache, pool);
  const reporter = makeReporter();
  const downloads = new Downloads({ archives, reporter, offline: false });
  const target = "x86_64-unknown-linux-gnu";
  const { runtime } = await obtainRuntime(target, downloads, archives);
  const path = await compileModule(module, target, runtime.path, folder);
  const package_ = join(
    repository,
    "launcher",
    "python",
    "mediaparser_portable",
  );
  await copy(package_, join(dirname(path), basename(package_)));
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
