/**
 * Lays out a folder to compile the launcher in, so that the program depends on
 * the sources alone.
 *
 * `deno compile` takes in every npm package of the configuration whole, writes
 * the modification time of each file into the program, and full paths too. So
 * the launcher and what it imports are bundled into one module first, minified,
 * since that leaves out the comments in which paths stand. It also keeps the
 * program's payload below 2 MB: a runtime that is itself a compiled program
 * (the stand-in) has no room for more, and would crash at its start.
 *
 * @module
 */
import { walk } from "@std/fs/walk";
import { fromFileUrl, join, relative } from "@std/path";
import denoConfig from "../deno.json" with { type: "json" };
import { comparePaths } from "./bundle.ts";
import { run } from "./subprocess.ts";

/** The launcher's main module, below the repository. */
export const mainModule = "launcher/main.ts";

/** The one module that is compiled. */
export const bundledModule = "launcher.js";

const repository = fromFileUrl(new URL("../", import.meta.url));

/** Any fixed time does; this one can be held by every file system. */
const fileTime = new Date(Date.UTC(1980, 0, 1));

/** One source of the launcher. */
export interface SourceFile {
  /** Path below the repository, with forward slashes. */
  path: string;
  bytes: Uint8Array;
}

/** The launcher's sources, sorted. */
export async function launcherSources(): Promise<SourceFile[]> {
  const sources: SourceFile[] = [];
  const found = walk(join(repository, "launcher"), {
    includeDirs: false,
    exts: [".ts", ".json"],
    includeSymlinks: false,
  });
  for await (const { path } of found) {
    sources.push({
      path: relative(repository, path).replaceAll("\\", "/"),
      bytes: Deno.readFileSync(path),
    });
  }
  return sources.sort((a, b) => comparePaths(a.path, b.path));
}

/**
 * What of the project's set-up matters to the program, as text: the imports,
 * and which copy of the @std packages there is.
 */
export function compileSetup(): string {
  const { imports, scopes } = denoConfig;
  return JSON.stringify({ imports, scopes }) +
    Deno.readTextFileSync(join(repository, "vendor/.ready"));
}

/**
 * Bundles a program into the folder it is compiled in.
 *
 * @param folder An empty folder.
 * @param module The program's main module, below the repository.
 * @param signal Ends the work early.
 */
export async function fillCompileFolder(
  folder: string,
  module: string = mainModule,
  signal?: AbortSignal,
): Promise<void> {
  const bundled = join(folder, bundledModule);
  await run(Deno.execPath(), [
    "bundle",
    "--quiet",
    "--platform=deno",
    "--minify",
    "--keep-names",
    `--output=${bundled}`,
    module,
  ], {
    cwd: repository,
    remedy: "Install Deno again.",
    ...(signal === undefined ? {} : { signal }),
  });
  Deno.utimeSync(bundled, fileTime, fileTime);
}
