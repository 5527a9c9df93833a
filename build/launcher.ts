/**
 * The launcher: compiles `launcher/main.ts` into one program.
 *
 * Compiling and deflating take most of a build, so the deflated program is kept
 * in the cache by everything that it is made from.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { UserError } from "../launcher/user_error.ts";
import type { Archives, VerifiedFile } from "./archives.ts";
import type { Entry } from "./bundle.ts";
import {
  bundledModule,
  compileSetup,
  fillCompileFolder,
  launcherSources,
  mainModule,
  type SourceFile,
} from "./compile_folder.ts";
import { component } from "./components.ts";
import { codecVersion, level } from "./deflate.ts";
import { sha256Of } from "./digest.ts";
import type { Downloads, ObtainedComponent, UsedSource } from "./downloads.ts";
import type { Inspector } from "./inspection.ts";
import {
  type JavaScriptPackage,
  readJavaScriptPackages,
} from "./javascript_packages.ts";
import { permissionFlags } from "./launcher_permissions.ts";
import { CommandError, run } from "./subprocess.ts";

/** What the launcher can be compiled for; the second one is for tests. */
export const targets = [
  "x86_64-pc-windows-msvc",
  "x86_64-unknown-linux-gnu",
] as const;

/** One of {@linkcode targets}. */
export type Target = typeof targets[number];

/** The compiled launcher's file name. */
export function launcherFileName(target: Target): string {
  return target === "x86_64-pc-windows-msvc"
    ? "MediaParser-launcher.exe"
    : "MediaParser-launcher";
}

const repository = fromFileUrl(new URL("../", import.meta.url));

/**
 * A key of everything that the program depends on.
 *
 * @param runtime SHA-256 of the download that holds the runtime.
 */
function launcherKey(
  sources: readonly SourceFile[],
  runtime: string,
  target: Target,
): string {
  const parts = [
    target,
    runtime,
    Deno.version.deno,
    compileSetup(),
    permissionFlags().join(" "),
    ...sources.map(({ path, bytes }) => `${path} ${sha256Of(bytes)}`),
  ];
  const hash = sha256Of(parts.join("\n"));
  return `launcher-${hash}-${codecVersion}-${level}.deflate`;
}

/**
 * Gets the runtime that compiled programs begin with, as a file.
 *
 * @throws {UserError} If no source gives it, or it is not the one of this Deno.
 */
export async function obtainRuntime(
  target: Target,
  downloads: Downloads,
  archives: Archives,
): Promise<{ obtained: ObtainedComponent; runtime: VerifiedFile }> {
  const denort = component(
    target === "x86_64-pc-windows-msvc" ? "denort" : "denort-linux",
  );
  const obtained = await downloads.obtain(denort);
  const { source } = obtained;
  if (source.version !== Deno.version.deno) {
    throw new UserError(
      `The launcher is built with Deno ${source.version}, and this is Deno ${Deno.version.deno}.`,
      `Run the build with it: npx -y deno@${source.version} task build:windows`,
    );
  }
  const member = source.root + source.program;
  const runtime = source.file.endsWith(".zip")
    ? await archives.fileOfZip(obtained, member, source.programSha256)
    : await archives.fileOfTarball(obtained, member, source.programSha256);
  return { obtained, runtime };
}

/**
 * Compiles any module of this repository as the launcher is compiled.
 *
 * @param module The main module, below the repository.
 * @param runtime Path of the runtime that the program begins with.
 * @param folder An empty folder to work in.
 * @returns Path of the program, inside `folder`.
 * @throws {UserError} If it does not compile.
 */
export async function compileModule(
  module: string,
  target: Target,
  runtime: string,
  folder: string,
): Promise<string> {
  await fillCompileFolder(folder, module);
  return await compileFolder(target, runtime, folder);
}

/** Compiles what {@linkcode fillCompileFolder} has put into a folder. */
async function compileFolder(
  target: Target,
  runtime: string,
  folder: string,
  signal?: AbortSignal,
): Promise<string> {
  const program = launcherFileName(target);
  try {
    await run(Deno.execPath(), [
      "compile",
      "--quiet",
      "--no-check",
      `--target=${target}`,
      ...permissionFlags(),
      // What stands there is bundled; a configuration's packages come whole.
      "--no-config",
      `--output=${program}`,
      bundledModule,
    ], {
      cwd: folder,
      env: { DENORT_BIN: runtime },
      remedy: "Install Deno again.",
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    if (!(cause instanceof CommandError)) throw cause;
    throw new UserError(
      `The launcher cannot be compiled: ${cause.message}`,
      "Check that 'deno task check' passes.",
      { cause },
    );
  }
  return join(folder, program);
}

/** What the cache knows of a compiled launcher. */
interface KeptLauncher {
  /** SHA-256 of the deflated bytes. */
  deflatedSha256: string;
  entry: Omit<Entry, "content">;
  /** What is compiled into it beside its own sources. */
  packages: JavaScriptPackage[];
  compressedSize: number;
}

/** The compiled launcher. */
export interface Launcher {
  entry: Entry;
  /** The runtime that the program begins with. */
  runtime: UsedSource;
  /** What is compiled into it beside its own sources. */
  packages: JavaScriptPackage[];
}

/**
 * The launcher, compiled and deflated where the cache has it not.
 *
 * @throws {UserError} If it cannot be compiled.
 */
export async function makeLauncher(
  downloads: Downloads,
  archives: Archives,
  inspector: Inspector,
  signal?: AbortSignal,
): Promise<Launcher> {
  const target = "x86_64-pc-windows-msvc";
  const { cache, pool } = archives;
  const { reporter } = downloads.options;
  const sources = await launcherSources();
  const denort = component("denort");
  for (const source of denort.sources) {
    if (source.sha256 === null) continue;
    const key = launcherKey(sources, source.sha256, target);
    const kept = cache.readJson(key) as KeptLauncher | undefined;
    const path = cache.derivedPath(key);
    if (
      kept !== undefined && await archives.isIntact(path, kept.deflatedSha256)
    ) {
      return {
        entry: entryOf(kept, path),
        packages: kept.packages,
        runtime: { component: denort, source, sha256: source.sha256 },
      };
    }
  }
  const task = reporter.task("Compiling the launcher");
  const folder = cache.workspace.newPath("launcher");
  Deno.mkdirSync(folder);
  const [{ obtained, runtime }, packages] = await Promise.all([
    obtainRuntime(target, downloads, archives),
    readJavaScriptPackages(join(repository, mainModule), repository),
    fillCompileFolder(folder, mainModule, signal),
  ]);
  const name = launcherFileName(target);
  const temporary = cache.workspace.newPath("deflated");
  // The compiler takes 220 MB, and deflating 140 MB.
  const { file, answers } = await inspector.heavy.take(async () =>
    await pool.run(
      "deflateAndInspect",
      await compileFolder(target, runtime.path, folder, signal),
      temporary,
      { path: name, component: "launcher" },
      inspector.folders,
    )
  );
  inspector.keep(answers);
  const { size, crc32, sha256, deflated } = file;
  const fresh: KeptLauncher = {
    deflatedSha256: deflated.sha256,
    compressedSize: deflated.size,
    packages,
    entry: { path: name, component: "launcher", size, crc32, sha256 },
  };
  const key = launcherKey(sources, obtained.sha256, target);
  const path = cache.derivedPath(key);
  cache.put(temporary, path);
  cache.writeJson(key, fresh);
  Deno.removeSync(folder, { recursive: true });
  task.end();
  return { entry: entryOf(fresh, path), runtime: obtained, packages };
}

function entryOf(kept: KeptLauncher, path: string): Entry {
  return {
    ...kept.entry,
    content: {
      kind: "archived",
      archive: path,
      offset: 0,
      compressedSize: kept.compressedSize,
      method: 8,
    },
  };
}
