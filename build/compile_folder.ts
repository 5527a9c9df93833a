/**
 * Lays out a folder to compile the launcher in, so that the program depends on
 * the sources alone.
 *
 * `deno compile` takes in every npm package of the configuration whole, writes
 * the modification time of each file into the program, and full paths too. So
 * the launcher and what it imports are bundled into one module first, and the
 * paths to Deno's cache are taken out of its comments and names. It also keeps
 * the program's payload below 2 MB: a runtime that is itself a compiled program
 * (the stand-in) has no room for more, and would crash at its start.
 *
 * The module is not minified: esbuild 0.25.5, which Deno bundles with, then
 * replaces a `using` that is read once by its value, and nothing is disposed of.
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
 * Takes the path to Deno's cache of npm packages, and the registry's folder in
 * it, out of a bundled module: only comments and labels hold it.
 *
 * @param text The module.
 * @param cache The cache's path as the bundler writes it.
 */
export function withoutCachePath(text: string, cache: string): string {
  const literally = cache.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.replace(new RegExp(`${literally}/[^/\\s"]+/`, "g"), "npm/");
}

/** Deno's cache of npm packages. */
async function npmCache(): Promise<string> {
  const remedy = "Install Deno again.";
  const text = await run(Deno.execPath(), ["info", "--json"], { remedy });
  return (JSON.parse(text) as { npmCache: string }).npmCache;
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
    `--output=${bundled}`,
    module,
  ], {
    cwd: repository,
    remedy: "Install Deno again.",
    ...(signal === undefined ? {} : { signal }),
  });
  const text = withoutCachePath(
    Deno.readTextFileSync(bundled),
    relative(repository, await npmCache()).replaceAll("\\", "/"),
  );
  Deno.writeTextFileSync(bundled, text);
  Deno.utimeSync(bundled, fileTime, fileTime);
}
