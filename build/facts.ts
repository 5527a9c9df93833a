/**
 * What the bundle's papers tell of it beside its files.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { ManifestComponent } from "../launcher/manifest.ts";
import { readRevisions } from "./alembic.ts";
import { archiveTime } from "./archive.ts";
import { describeSource } from "./components.ts";
import type { UsedSource } from "./downloads.ts";
import type { BuildOptions } from "./flags.ts";
import type { BundleParts } from "./parts.ts";
import type { BundleFacts } from "./prove.ts";

/** A download as the manifest has it. */
function manifestComponent(
  { component, source, sha256 }: UsedSource,
): ManifestComponent {
  return {
    id: component.id,
    name: component.name,
    version: source.version,
    source: describeSource(source),
    origin: source.kind === "http" ? "official" : "registry",
    sha256,
    licence: component.licence,
  };
}

/** Folders whose names must not be in the bundle. */
export function buildFolders(options: BuildOptions): BundleFacts["folders"] {
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE");
  return {
    build: [
      fromFileUrl(new URL("../", import.meta.url)),
      options.app,
      options.cache,
      options.out,
    ].map((folder) => folder.replace(/[\\/]+$/, "")),
    machine: home === undefined ? [] : [home],
  };
}

/**
 * The facts of a bundle.
 *
 * @throws {UserError} If the app's migrations make no sense.
 */
export function bundleFacts(
  parts: BundleParts,
  options: BuildOptions,
): BundleFacts {
  const time = archiveTime(Deno.env.get("SOURCE_DATE_EPOCH"));
  return {
    app: { name: "MediaParser", version: parts.version },
    alembic: readRevisions(parts.entries),
    epoch: time.getTime() / 1000,
    components: parts.sources.map(manifestComponent),
    wheels: parts.wheels,
    locked: parts.wheels,
    packages: parts.packages,
    folders: buildFolders(options),
  };
}
