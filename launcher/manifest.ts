/**
 * The shape of manifest.json, and how it is read: what a bundle is made of and
 * the hash of each of its files.
 *
 * It lies in the launcher's folder because the launcher reads it at each start,
 * and imports nothing but the error class, so that a start pays nothing for it.
 *
 * @module
 */
import { UserError } from "./user_error.ts";

/** The version of the format; a reader refuses any other. */
export const manifestFormat = 1;

/** The manifest's own path in the bundle; it is the one file it does not list. */
export const manifestPath = "manifest.json";

/** One file of the bundle. */
export interface ManifestFile {
  /** Path below the bundle's top folder, with forward slashes. */
  path: string;
  /** SHA-256 of the file, in lower-case hex. */
  sha256: string;
  /** Bytes. */
  size: number;
}

/** One part that came from outside, or was compiled. */
export interface ManifestComponent {
  /** As in the build's entries, e.g. `python`, `wheel:numpy`, `launcher`. */
  id: string;
  /** The name people know it by, e.g. `NumPy`. */
  name: string;
  version: string;
  /** Where it really came from: a URL, or a registry's package such as `PyPI imageio-ffmpeg 0.6.0`. */
  source: string;
  /** Whether `source` is the project's own download or a copy of it in a package registry. */
  origin: "official" | "registry" | "local";
  /** SHA-256 of what was downloaded, in lower-case hex; none for what is built here. */
  sha256?: string;
  /** SPDX licence expression. */
  licence: string;
}

/** The content of manifest.json. */
export interface Manifest {
  format: typeof manifestFormat;
  /** What the bundle is: the app's name and version. */
  app: { name: string; version: string };
  /** The revision a database of this version is at, and every revision it knows. */
  alembic: { head: string; revisions: string[] };
  /** Top-level modules of third parties that the app imports, for the launcher's warm-up. */
  preload: string[];
  components: ManifestComponent[];
  /** Sorted by path; every file but manifest.json itself. */
  files: ManifestFile[];
}

/** What is damaged, as the error's first sentence. */
function damaged(what: string): UserError {
  return new UserError(
    `manifest.json is damaged: ${what}.`,
    "Unzip the bundle again, over this folder; your photos and settings stay.",
  );
}

/** Whether `value` is an object with members. */
function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether `value` is a list of strings. */
function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) &&
    value.every((item) => typeof item === "string");
}

/** Whether `value` is a SHA-256 in lower-case hex. */
function isSha256(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

/** Whether `path` names a file below the bundle's folder and nothing outside it. */
function isInside(path: unknown): path is string {
  return typeof path === "string" && path !== "" &&
    !/[\\:\0]/.test(path) &&
    path.split("/").every((part) =>
      part !== "" && part !== "." && part !== ".."
    );
}

/** Checks one member of `files`. */
function parseFile(value: unknown): ManifestFile {
  if (!isRecord(value) || !isInside(value.path)) {
    throw damaged(
      `it lists ${
        JSON.stringify(isRecord(value) ? value.path : value)
      }, which is no file of a bundle`,
    );
  }
  const { path, sha256, size } = value;
  if (
    !isSha256(sha256) || !Number.isSafeInteger(size) || (size as number) < 0
  ) {
    throw damaged(`it has no hash and size for '${path}'`);
  }
  return { path, sha256, size: size as number };
}

/** Checks one member of `components`. */
function parseComponent(value: unknown): ManifestComponent {
  if (!isRecord(value)) throw damaged("a component is no object");
  const { id, name, version, source, origin, sha256, licence } = value;
  if (
    typeof id !== "string" || typeof name !== "string" ||
    typeof version !== "string" ||
    typeof source !== "string" || typeof licence !== "string" ||
    (origin !== "official" && origin !== "registry" && origin !== "local") ||
    (sha256 !== undefined && !isSha256(sha256))
  ) {
    throw damaged(`component ${JSON.stringify(id)} is incomplete`);
  }
  return {
    id,
    name,
    version,
    source,
    origin,
    ...(sha256 === undefined ? {} : { sha256 }),
    licence,
  };
}

/**
 * Reads manifest.json.
 *
 * @param text The file's content.
 * @returns The manifest, each member checked.
 * @throws {UserError} If the text is no manifest, or one of another format.
 */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw damaged("it is no JSON");
    throw error;
  }
  if (!isRecord(value)) throw damaged("it holds no object");
  if (value.format !== manifestFormat) {
    throw new UserError(
      `manifest.json has format ${
        JSON.stringify(value.format)
      }, and this program reads format ${manifestFormat}.`,
      "Unzip the bundle again, so that the launcher and its files are of one version.",
    );
  }
  const { app, alembic, preload, components, files } = value;
  if (
    !isRecord(app) || typeof app.name !== "string" ||
    typeof app.version !== "string"
  ) {
    throw damaged("it does not name the app");
  }
  if (
    !isRecord(alembic) || typeof alembic.head !== "string" ||
    !isStrings(alembic.revisions)
  ) {
    throw damaged("it does not name the database's revisions");
  }
  if (!isStrings(preload)) throw damaged("it does not name the app's modules");
  if (!Array.isArray(components)) throw damaged("it lists no components");
  if (!Array.isArray(files)) throw damaged("it lists no files");
  return {
    format: manifestFormat,
    app: { name: app.name, version: app.version },
    alembic: { head: alembic.head, revisions: alembic.revisions },
    preload,
    components: components.map(parseComponent),
    files: files.map(parseFile),
  };
}
