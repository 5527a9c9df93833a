/**
 * Gathers the parts of a bundle, side by side: each component turns its
 * download into entries.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { appEntries, appVersion } from "./app.ts";
import type { Archives } from "./archives.ts";
import { readAppImports } from "./app_imports.ts";
import { comparePaths, type Entry } from "./bundle.ts";
import { component } from "./components.ts";
import { memoryEntry, readContentSync } from "./content.ts";
import {
  Downloads,
  notCached,
  type ObtainedComponent,
  type UsedSource,
} from "./downloads.ts";
import { exiftoolEntries } from "./exiftool.ts";
import { ffmpegEntries } from "./ffmpeg.ts";
import { type BuildOptions, checkVersion } from "./flags.ts";
import type { Inspector } from "./inspection.ts";
import { type Launcher, makeLauncher } from "./launcher.ts";
import { openComponent } from "./open_component.ts";
import { pythonEntries } from "./python.ts";
import {
  checkAppRequirements,
  type LockedWheel,
  lockText,
  lockUrl,
  parseLock,
} from "./requirements_lock.ts";
import { fetchWheels, findPython } from "./sources/pypi.ts";
import { sitePackages, wheelEntries } from "./wheels.ts";
import type { WorkerPool } from "./worker_pool.ts";

/** The parts of a bundle. */
export interface BundleParts {
  version: string;
  entries: Entry[];
  /** Where each component came from; the runtime of the launcher is `denort`. */
  sources: UsedSource[];
  /** What is compiled into the launcher. */
  packages: Launcher["packages"];
  /** SPDX's licence texts. */
  licenceTexts: ObtainedComponent;
  wheels: LockedWheel[];
}

/**
 * Gathers all parts.
 *
 * @throws {UserError} If the app, a download or the lock is not as it should be.
 */
export async function gatherParts(
  options: BuildOptions,
  downloads: Downloads,
  archives: Archives,
  pool: WorkerPool,
  inspector: Inspector,
): Promise<BundleParts> {
  const { signal } = downloads.options;
  // What costs nothing to refuse is refused before anything is downloaded.
  const app = appEntries(options.app);
  const version = options.version ??
    checkVersion(appVersion(app) ?? "0.0.0", "app/__init__.py");
  const wheels = parseLock(Deno.readTextFileSync(lockUrl));
  checkAppRequirements(
    join(options.app, "requirements.txt"),
    wheels,
    options.givenApp,
  );
  const obtain = async (
    id: "python" | "ffmpeg" | "exiftool",
    entriesOf: typeof pythonEntries,
    from: Downloads = downloads,
  ) => {
    const source = await from.obtain(component(id));
    const entries = await entriesOf(source, from.options.archives);
    await inspector.inspect(entries);
    return { entries, source };
  };
  // The launcher takes longest: others wait for it, not it for others. FFmpeg
  // is looked into while the launcher's runtime is unpacked, which takes as
  // long: later, one would have to wait for the memory that the other takes.
  const first = archives.with(pool.urgent);
  const firstDownloads = new Downloads({
    ...downloads.options,
    archives: first,
  });
  const launcherMade = makeLauncher(firstDownloads, first, inspector, signal);
  pool.reserve(launcherMade);
  const [launcher, python, ffmpeg, exiftool, wheelFiles, licenceTexts] =
    await Promise.all([
      launcherMade,
      obtain("python", pythonEntries),
      obtain(
        "ffmpeg",
        (obtained, archives) =>
          inspector.heavy.take(() => ffmpegEntries(obtained, archives)),
        firstDownloads,
      ),
      obtain("exiftool", exiftoolEntries),
      wheelParts(wheels, downloads, archives, inspector),
      readableLicenceTexts(downloads, archives),
      // Both are only asked for later, but take their time.
      appImportsAhead(app, inspector),
    ]);
  return {
    version,
    wheels,
    packages: launcher.packages,
    licenceTexts,
    sources: [
      python.source,
      ffmpeg.source,
      exiftool.source,
      launcher.runtime,
    ],
    entries: [
      ...app,
      ...ownFiles(version, app),
      launcher.entry,
      ...python.entries,
      ...ffmpeg.entries,
      ...exiftool.entries,
      ...wheelFiles,
    ],
  };
}

/** Finds Python, and has it read the app's imports while there is time for it. */
async function appImportsAhead(
  app: readonly Entry[],
  inspector: Inspector,
): Promise<void> {
  const [python] = await findPython();
  // In the order that the bundle's entries are asked in.
  const entries = [...app].sort((a, b) => comparePaths(a.path, b.path));
  await readAppImports(entries, {
    python,
    cache: inspector.results,
    read: (entry) => Promise.resolve(readContentSync(entry)),
  });
}

/** Gets the licence texts, and has them unpacked while there is time for it. */
async function readableLicenceTexts(
  downloads: Downloads,
  archives: Archives,
): Promise<ObtainedComponent> {
  const obtained = await downloads.obtain(component("licence-texts"));
  await openComponent(obtained, archives);
  return obtained;
}

/** The entries of all wheels; what the cache lacks is fetched at once. */
async function wheelParts(
  wheels: readonly LockedWheel[],
  downloads: Downloads,
  archives: Archives,
  inspector: Inspector,
): Promise<Entry[]> {
  const { reporter, offline, signal } = downloads.options;
  const pathOf = (wheel: LockedWheel): string =>
    downloads.pathOf("wheels", wheel.file);
  const cached = await Promise.all(
    wheels.map((wheel) => downloads.verified(pathOf(wheel), wheel.sha256)),
  );
  const missing = wheels.filter((_, index) => !cached[index]);
  if (missing.length > 0) {
    if (offline) throw notCached(`The wheel '${missing[0]!.file}'`);
    reporter.line(`Fetching ${missing.length} wheels from PyPI`);
    const folder = downloads.newFolder();
    await fetchWheels(lockText(missing), folder, signal);
    for (const wheel of missing) {
      await downloads.accept(
        join(folder, wheel.file),
        wheel.sha256,
        pathOf(wheel),
      );
    }
  }
  // The largest first, so that no core waits for it at the end.
  const bySize = wheels
    .map((wheel) => ({ wheel, size: Deno.statSync(pathOf(wheel)).size }))
    .sort((a, b) => b.size - a.size);
  const entries = await Promise.all(bySize.map(async ({ wheel }) => {
    const archive = await archives.zip(
      { path: pathOf(wheel), sha256: wheel.sha256 },
      { component: `wheel:${wheel.name}`, from: "", to: sitePackages },
    );
    const entries = wheelEntries(wheel, archive);
    await inspector.inspect(entries);
    return entries;
  }));
  return entries.flat();
}

/** Windows' own line ends, whatever a checkout has. */
function windowsLines(text: string): string {
  return text.replaceAll(/\r?\n/g, "\r\n");
}

/** The files that the project itself writes for the bundle's users. */
function ownFiles(version: string, app: readonly Entry[]): Entry[] {
  const read = (path: string): string =>
    Deno.readTextFileSync(fromFileUrl(new URL(path, import.meta.url)));
  const entries = [
    memoryEntry(
      "MediaParser.bat",
      "launcher",
      windowsLines(read("../MediaParser.bat")),
    ),
    memoryEntry(
      "README.txt",
      "launcher",
      windowsLines(
        read("templates/README.txt").replaceAll("{version}", version),
      ),
    ),
    memoryEntry(
      "LICENSES/MediaParser-for-Windows.txt",
      "launcher",
      windowsLines(read("../LICENSE")),
    ),
  ];
  if (!app.some(({ path }) => path === ".env.example")) {
    entries.push(
      memoryEntry(".env.example", "launcher", read("templates/env.example")),
    );
  }
  return entries;
}
