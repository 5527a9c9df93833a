/**
 * Adds to a bundle what proves it, and checks it as a whole: the licences, the
 * SBOM and the manifest, and everything of `bundle_checks.ts`.
 *
 * It is the one place where these parts meet; each of them is a function of
 * its own over the entry list.
 *
 * @module
 */
import type { ManifestComponent } from "../launcher/manifest.ts";
import { comparePaths, type Entry } from "./bundle.ts";
import {
  type BuildFolders,
  checkBuildPaths,
  checkExecutables,
  checkPaths,
  checkWheels,
  type Problem,
  type ReadEntry,
  type ShippedWheel,
} from "./bundle_checks.ts";
import { memoryEntry, readText } from "./content.ts";
import {
  fileVersion,
  findEmbeddedLibraries,
  type Findings,
} from "./embedded_libraries.ts";
import type { JavaScriptPackage } from "./javascript_packages.ts";
import { collectLicences, neededLicenceTexts } from "./licences.ts";
import {
  makeManifest,
  type Manifest,
  manifestPath,
  manifestText,
} from "./manifest.ts";
import { type ImportTools, readAppImports } from "./app_imports.ts";
import { matchImports } from "./python_imports.ts";
import { sbomPath, sbomText } from "./sbom.ts";
import { vcRuntimeComponent, vcRuntimeEntries } from "./vc_runtime.ts";
import { readWheelMetadata } from "./wheel_metadata.ts";

/** What a bundle is, beside its entries. */
export interface BundleFacts {
  app: { name: string; version: string };
  alembic: { head: string; revisions: string[] };
  /** SOURCE_DATE_EPOCH, in seconds. */
  epoch: number;
  /** Every component but the wheels. */
  components: readonly ManifestComponent[];
  /** The wheels whose entries are in the bundle. */
  wheels: readonly ShippedWheel[];
  /** The wheels of build/requirements.lock. */
  locked: readonly ShippedWheel[];
  /** What is compiled into the launcher. */
  packages: readonly JavaScriptPackage[];
  /** Folders whose names must not be in the bundle. */
  folders: BuildFolders;
}

/** What {@linkcode prove} needs to look around. */
export interface ProveTools extends ImportTools {
  /** Gives SPDX's licence texts by id. */
  licenceTexts(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** A bundle with everything that proves it. */
export interface ProvenBundle {
  /** Every entry: the ones that came in, and the new ones; unsorted. */
  entries: Entry[];
  manifest: Manifest;
  /** Empty when the bundle may ship. */
  problems: Problem[];
}

/** The wheels as components, with the licence that each one's METADATA tells. */
async function wheelComponents(
  entries: readonly Entry[],
  wheels: readonly ShippedWheel[],
  read: ReadEntry<Entry>,
): Promise<ManifestComponent[]> {
  const components: ManifestComponent[] = [];
  for (const { name, version, sha256 } of wheels) {
    const own = entries.filter((entry) =>
      entry.component === `wheel:${name}` && entry.path.includes(".dist-info/")
    );
    const metadata = own.find((entry) =>
      entry.path.endsWith(".dist-info/METADATA")
    );
    const licence = own.find((entry) => /\/LICEN[CS]E[^/]*$/i.test(entry.path));
    const told = readWheelMetadata(
      metadata ? await readText(metadata, read) : "",
      licence ? await readText(licence, read) : "",
    );
    components.push({
      id: `wheel:${name}`,
      name: told.name === "" ? name : told.name,
      version,
      source: `PyPI ${name} ${version}`,
      origin: "official",
      sha256,
      licence: told.licence,
    });
  }
  return components;
}

/** The Visual C++ runtime as a component, where it had to be added. */
async function runtimeComponent(
  added: readonly Entry[],
  entries: readonly Entry[],
  read: ReadEntry<Entry>,
): Promise<ManifestComponent[]> {
  const [first] = added;
  if (first === undefined) return [];
  const copied = entries.find((entry) =>
    entry.sha256 === first.sha256 && entry.path.includes(".libs/")
  );
  return [{
    id: vcRuntimeComponent,
    name: "Microsoft Visual C++ runtime",
    version: fileVersion(await read(first)) ?? "unknown",
    source: `the same bytes as ${copied?.path}`,
    origin: "registry",
    sha256: first.sha256,
    licence: "LicenseRef-Microsoft-Distributable-Code",
  }];
}

/** Libraries of files that were copied belong to the component of the copy alone. */
function withoutCopies(findings: Findings): Findings {
  const libraries = new Map(findings.libraries);
  libraries.delete(vcRuntimeComponent);
  return { ...findings, libraries };
}

/**
 * Adds licences, SBOM and manifest to a bundle, and checks it.
 *
 * @param given Every file of the components, the app and the launcher, in any order.
 */
export async function prove(
  given: readonly Entry[],
  facts: BundleFacts,
  tools: ProveTools,
): Promise<ProvenBundle> {
  const { read, cache } = tools;
  // What is found first is named; the order must not come from a file system.
  const entries = [...given].sort((a, b) => comparePaths(a.path, b.path));
  const added = await vcRuntimeEntries(entries, read, cache);
  const files = [...entries, ...added];
  const findings = withoutCopies(
    await findEmbeddedLibraries(files, read, cache),
  );
  const components = [
    ...facts.components,
    ...await wheelComponents(entries, facts.wheels, read),
    ...await runtimeComponent(added, entries, read),
  ];
  const licenceParts = {
    app: facts.app,
    components,
    findings,
    packages: facts.packages,
    entries: files,
  };
  const licences = collectLicences(
    licenceParts,
    await tools.licenceTexts(neededLicenceTexts(licenceParts)),
  );
  files.push(...licences.entries);
  files.push(
    memoryEntry(
      sbomPath,
      "sbom",
      sbomText({
        app: facts.app,
        epoch: facts.epoch,
        components,
        findings,
        packages: facts.packages,
      }),
    ),
  );
  const imports = matchImports(
    await readAppImports(entries, tools),
    entries,
  );
  const manifest = makeManifest({
    app: facts.app,
    alembic: facts.alembic,
    preload: imports.preload,
    components,
    entries: files,
  });
  files.push(memoryEntry(manifestPath, "manifest", manifestText(manifest)));
  return {
    entries: files,
    manifest,
    problems: [
      ...checkPaths(files),
      ...checkWheels(files, facts.wheels, facts.locked),
      ...imports.problems,
      ...licences.problems,
      ...await checkExecutables(files, read, cache),
      ...await checkBuildPaths(files, facts.folders, read, cache),
    ],
  };
}
