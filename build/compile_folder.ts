/**
 * Lays out a folder to compile the launcher in, so that the program depends on
 * the sources alone.
 *
 * `deno compile` writes the modification time of each file into the program,
 * takes in every npm package of the configuration, used or not, and stores
 * messages with the full path of what in a package it cannot read as JavaScript.
 * So the folder holds copies with one fixed time, a configuration with what the
 * launcher imports, and of each package the files that can be run.
 *
 * @module
 */
import { walk } from "@std/fs/walk";
import { dirname, fromFileUrl, join, relative } from "@std/path";
import denoConfig from "../deno.json" with { type: "json" };
import { comparePaths } from "./bundle.ts";
import type { JavaScriptPackage } from "./javascript_packages.ts";
import { run } from "./subprocess.ts";

/** Where the launcher's main module lies in the folder. */
export const mainModule = "launcher/main.ts";

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

/** A configuration that knows the packages that are used, and no others. */
function configText(packages: readonly JavaScriptPackage[]): string {
  const specifiers = new Set(
    packages.map(({ registry, name, version }) =>
      `${registry}:${name}@${version}`
    ),
  );
  const used = (imports: Record<string, string>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(imports).filter(([, target]) => specifiers.has(target)),
    );
  return JSON.stringify({
    imports: used({
      ...denoConfig.imports,
      ...Object.assign({}, ...Object.values(denoConfig.scopes)),
    }),
    vendor: true,
    nodeModulesDir: "manual",
    lock: false,
  });
}

/** Deno's cache of npm packages, where their hashes were checked. */
async function npmCache(): Promise<string> {
  const remedy = "Install Deno again.";
  const text = await run(Deno.execPath(), ["info", "--json"], { remedy });
  return (JSON.parse(text) as { npmCache: string }).npmCache;
}

/** Where a package lies in Deno's cache, below its registry's folder. */
function packageFolder(cache: string, item: JavaScriptPackage): string {
  for (const registry of Deno.readDirSync(cache)) {
    const folder = join(cache, registry.name, item.name, item.version);
    try {
      if (Deno.statSync(folder).isDirectory) return folder;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error(`'${item.name}' is not in Deno's cache of npm packages`);
}

function writeCopy(path: string, bytes: Uint8Array): void {
  Deno.mkdirSync(dirname(path), { recursive: true });
  Deno.writeFileSync(path, bytes);
  Deno.utimeSync(path, fileTime, fileTime);
}

/**
 * Fills a folder to compile in.
 *
 * @param folder An empty folder.
 * @param packages What the launcher imports from registries.
 */
export async function fillCompileFolder(
  folder: string,
  sources: readonly SourceFile[],
  packages: readonly JavaScriptPackage[],
): Promise<void> {
  for (const { path, bytes } of sources) writeCopy(join(folder, path), bytes);
  writeCopy(
    join(folder, "deno.json"),
    new TextEncoder().encode(configText(packages)),
  );
  // A junction needs no privilege on Windows, where a link would.
  Deno.symlinkSync(join(repository, "vendor"), join(folder, "vendor"), {
    type: "junction",
  });
  const npm = packages.filter(({ registry }) => registry === "npm");
  if (npm.length === 0) return;
  const cache = await npmCache();
  for (const item of npm) {
    const from = packageFolder(cache, item);
    const runnable = walk(from, {
      includeDirs: false,
      exts: [".js", ".mjs", ".cjs", ".json", ".wasm"],
      includeSymlinks: false,
    });
    for await (const { path } of runnable) {
      const copy = join(
        folder,
        "node_modules",
        item.name,
        relative(from, path),
      );
      writeCopy(copy, Deno.readFileSync(path));
    }
  }
}
