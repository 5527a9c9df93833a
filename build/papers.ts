/**
 * The bundle's papers: what it is made of, as files in it. They come last, for
 * they tell of all the others.
 *
 * @module
 */
import type { ManifestComponent } from "../launcher/manifest.ts";
import { readRevisions } from "./alembic.ts";
import type { Entry } from "./bundle.ts";
import { describeSource } from "./components.ts";
import { memoryEntry, readContentSync } from "./content.ts";
import type { UsedSource } from "./downloads.ts";
import { makeManifest, manifestPath, manifestText } from "./manifest.ts";
import type { BundleParts } from "./parts.ts";

/** The app's name in the papers. */
const appName = "MediaParser";

/** A download as the manifest has it. */
function sourceComponent(
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

/** The wheels as the manifest has them. */
function wheelComponents(parts: BundleParts): ManifestComponent[] {
  const metadata = new Map(
    parts.entries
      .filter(({ path }) => path.endsWith(".dist-info/METADATA"))
      .map((entry) => [entry.component, entry]),
  );
  return parts.wheels.map(({ name, version, file, sha256 }) => {
    const id = `wheel:${name}`;
    const entry = metadata.get(id);
    const text = entry === undefined
      ? ""
      : new TextDecoder().decode(readContentSync(entry));
    return {
      id,
      name: text.match(/^Name: (.+)$/m)?.[1]?.trim() ?? name,
      version,
      source: `PyPI ${file}`,
      origin: "official",
      sha256,
      licence: text.match(/^License-Expression: (.+)$/m)?.[1]?.trim() ??
        "NOASSERTION",
    };
  });
}

/**
 * The manifest's entry.
 *
 * @param entries All other entries of the bundle.
 * @throws {UserError} If the app's migrations make no sense.
 */
export function manifestEntry(
  parts: BundleParts,
  entries: readonly Entry[],
  preload: readonly string[],
): Entry {
  const manifest = makeManifest({
    app: { name: appName, version: parts.version },
    alembic: readRevisions(entries),
    preload,
    components: [
      ...parts.sources.map(sourceComponent),
      ...wheelComponents(parts),
    ],
    entries,
  });
  return memoryEntry(manifestPath, "papers", manifestText(manifest));
}
