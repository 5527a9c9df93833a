/**
 * Writes manifest.json: what the bundle is made of, where each part really came
 * from, and the hash of every file.
 *
 * @module
 */
import {
  type Manifest,
  type ManifestComponent,
  manifestFormat,
  manifestPath,
} from "../launcher/manifest.ts";
import { comparePaths, type Entry } from "./bundle.ts";

export {
  type Manifest,
  type ManifestComponent,
  manifestPath,
  parseManifest,
} from "../launcher/manifest.ts";

/** What a manifest is made from. */
export interface ManifestParts {
  app: Manifest["app"];
  alembic: Manifest["alembic"];
  /** Third-party top-level modules that the app imports. */
  preload: readonly string[];
  components: readonly ManifestComponent[];
  /** Every entry of the bundle, in any order. */
  entries: readonly Pick<Entry, "path" | "sha256" | "size">[];
}

/**
 * Makes the manifest of a bundle.
 *
 * @returns The same manifest whatever the order of `parts`' lists: files,
 *     components and modules are sorted, Alembic's revisions keep their order.
 */
export function makeManifest(parts: ManifestParts): Manifest {
  return {
    format: manifestFormat,
    app: { name: parts.app.name, version: parts.app.version },
    alembic: {
      head: parts.alembic.head,
      revisions: [...parts.alembic.revisions],
    },
    preload: [...new Set(parts.preload)].sort(comparePaths),
    components: parts.components
      .map(({ id, name, version, source, origin, sha256, licence }) => ({
        id,
        name,
        version,
        source,
        origin,
        ...(sha256 === undefined ? {} : { sha256 }),
        licence,
      }))
      .sort((a, b) => comparePaths(a.id, b.id)),
    files: parts.entries
      .filter((entry) => entry.path !== manifestPath)
      .map(({ path, sha256, size }) => ({ path, sha256, size }))
      .sort((a, b) => comparePaths(a.path, b.path)),
  };
}

/**
 * The manifest as text: indented, but each component and each file on one line,
 * so that two manifests compare line by line and thousands of files stay small.
 *
 * @returns JSON with a final line feed, the same for the same manifest.
 */
export function manifestText(manifest: Manifest): string {
  const lines = (items: readonly unknown[]): string =>
    items.length === 0
      ? "[]"
      : `[\n    ${
        items.map((item) => JSON.stringify(item)).join(",\n    ")
      }\n  ]`;
  const members = Object.entries(manifest).map(([name, value]) =>
    `  ${JSON.stringify(name)}: ${
      name === "components" || name === "files"
        ? lines(value as unknown[])
        : JSON.stringify(value)
    }`
  );
  return `{\n${members.join(",\n")}\n}\n`;
}
