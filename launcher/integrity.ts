/**
 * Compares the files of an unpacked bundle with its manifest.
 *
 * The quick way looks at existence and size alone, which a start can afford;
 * the thorough one reads every byte and is for `doctor` and `deno task verify`.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { pooledMap } from "@std/async/pool";
import { join } from "@std/path";
import type { Manifest, ManifestFile } from "./manifest.ts";

/** What is wrong with a file. */
export type ChangeKind = "missing" | "size" | "content" | "unreadable";

/** A file that is not as the manifest has it. */
export interface Change {
  /** As in the manifest. */
  path: string;
  what: ChangeKind;
  /** The difference in words, e.g. `12 bytes instead of 14`. */
  detail: string;
}

/** Options of {@linkcode changedFiles}. */
export interface IntegrityOptions {
  /** Look at existence and size alone. @default {false} */
  quick?: boolean;
  /** Ends the comparison early. */
  signal?: AbortSignal;
}

/** How many files are looked at side by side. */
const parallel = 8;

/**
 * SHA-256 of a file, which is read in pieces.
 *
 * @returns Lower-case hex.
 */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1 << 18);
  for (let count; (count = await file.read(buffer)) !== null;) {
    hash.update(buffer.subarray(0, count));
  }
  return hash.digest("hex");
}

/** What is wrong with one file, if anything. */
async function changeOf(
  root: string,
  file: ManifestFile,
  quick: boolean,
): Promise<Change | undefined> {
  const path = join(root, ...file.path.split("/"));
  const change = (what: ChangeKind, detail: string): Change => ({
    path: file.path,
    what,
    detail,
  });
  try {
    const info = await Deno.stat(path);
    if (!info.isFile) return change("missing", "it is no file");
    if (info.size !== file.size) {
      return change("size", `${info.size} bytes instead of ${file.size}`);
    }
    if (!quick && await sha256OfFile(path) !== file.sha256) {
      return change("content", "its content differs");
    }
    return undefined;
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory
    ) {
      return change("missing", "it is not there");
    }
    // A virus scanner that locks or blocks a file shows here.
    if (
      error instanceof Deno.errors.PermissionDenied ||
      error instanceof Deno.errors.Busy
    ) {
      return change("unreadable", "Windows does not let it be read");
    }
    throw error;
  }
}

/**
 * Finds the files of an unpacked bundle that are not as the manifest has them.
 *
 * @param root The bundle's top folder.
 * @param manifest The manifest, which is trusted.
 * @returns The changed files, in the manifest's order; empty when all is well.
 */
export async function changedFiles(
  root: string,
  manifest: Pick<Manifest, "files">,
  options: IntegrityOptions = {},
): Promise<Change[]> {
  const changes: Change[] = [];
  const look = (file: ManifestFile): Promise<Change | undefined> => {
    options.signal?.throwIfAborted();
    return changeOf(root, file, options.quick ?? false);
  };
  for await (const change of pooledMap(parallel, manifest.files, look)) {
    if (change) changes.push(change);
  }
  return changes;
}
