/**
 * Compiles `platform_probe.ts` for Windows, as the launcher is compiled.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { Archives } from "../../build/archives.ts";
import { Cache } from "../../build/cache.ts";
import { Downloads } from "../../build/downloads.ts";
import { obtainRuntime } from "../../build/launcher.ts";
import { permissionFlags } from "../../build/launcher_permissions.ts";
import { run } from "../../build/subprocess.ts";
import { WorkerPool } from "../../build/worker_pool.ts";
import { testCache } from "../built_bundle.ts";

const target = "x86_64-pc-windows-msvc";

/** Compiles the probe. @param output The program to write. */
export async function compileProbe(output: string): Promise<void> {
  using cache = new Cache(testCache());
  using pool = new WorkerPool();
  const archives = new Archives(cache, pool);
  const downloads = new Downloads({
    archives,
    reporter: {
      line: () => {},
      task: () => ({ update: () => {}, end: () => {} }),
    },
    offline: false,
  });
  const { runtime } = await obtainRuntime(target, downloads, archives);
  await run(Deno.execPath(), [
    ...["compile", "--quiet", "--no-check", `--target=${target}`],
    ...[...permissionFlags(), `--output=${output}`],
    fromFileUrl(new URL("platform_probe.ts", import.meta.url)),
  ], {
    cwd: fromFileUrl(new URL("../../", import.meta.url)),
    env: { DENORT_BIN: runtime.path },
    remedy: "Install Deno again.",
  });
}
