/**
 * Compares the files of an unpacked bundle with its manifest.
 *
 * The quick way lists the folders and looks at the sizes of programs and DLLs,
 * which every start can afford (asking for each of some 4,000 files would take
 * ten times as long); the thorough one reads every byte and is for `doctor` and
 * `deno task verify`.
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
  /** Look at existence, and at the size of programs and DLLs, alone. @default {false} */
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

/** What an error of reading a file says of it. */
function changeOfError(path: string, error: unknown): Change {
  if (
    error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotADirectory
  ) {
    return { path, what: "missing", detail: "it is not there" };
  }
  // A virus scanner that locks or blocks a file shows here.
  if (
    error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.Busy
  ) {
    return {
      path,
      what: "unreadable",
      detail: "the system does not let it be read",
    };
  }
  throw error;
}

/** Where a file of the manifest lies. */
function placeOf(root: string, file: ManifestFile): string {
  return join(root, ...file.path.split("/"));
}

/** What a file's existence and size tell. */
function changeOfSize(root: string, file: ManifestFile): Change | undefined {
  const { path } = file;
  try {
    const { isFile, size } = Deno.statSync(placeOf(root, file));
    if (!isFile) return { path, what: "missing", detail: "it is no file" };
    if (size === file.size) return undefined;
    const detail = `${size} bytes instead of ${file.size}`;
    return { path, what: "size", detail };
  } catch (error) {
    return changeOfError(path, error);
  }
}

/** What a file's bytes tell. */
async function changeOfContent(
  root: string,
  file: ManifestFile,
): Promise<Change | undefined> {
  const { path } = file;
  try {
    const same = await sha256OfFile(placeOf(root, file)) === file.sha256;
    return same
      ? undefined
      : { path, what: "content", detail: "its content differs" };
  } catch (error) {
    return changeOfError(path, error);
  }
}

/** Names of the files in a folder; none when it cannot be listed. */
function namesIn(folder: string): Set<string> {
  const names = new Set<string>();
  try {
    for (const entry of Deno.readDirSync(folder)) {
      if (entry.isFile) names.add(entry.name);
    }
  } catch (error) {
    // Each file that is missed is asked for by itself, and gives its reason.
    if (
      !(error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.NotADirectory ||
        error instanceof Deno.errors.PermissionDenied)
    ) throw error;
  }
  return names;
}

/** What a look at the folders tells. */
function quickChanges(root: string, files: readonly ManifestFile[]): Change[] {
  const folders = new Map<string, Set<string>>();
  const changes: Change[] = [];
  for (const file of files) {
    const end = file.path.lastIndexOf("/");
    const folder = file.path.slice(0, Math.max(end, 0));
    let names = folders.get(folder);
    if (names === undefined) {
      names = namesIn(join(root, folder));
      folders.set(folder, names);
    }
    // A name that is spelt otherwise is the same file on Windows.
    const listed = names.has(file.path.slice(end + 1));
    if (listed && !/\.(?:exe|dll|pyd)$/i.test(file.path)) continue;
    const change = changeOfSize(root, file);
    if (change) changes.push(change);
  }
  return changes;
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
  if (options.quick) return quickChanges(root, manifest.files);
  const changes: Change[] = [];
  const look = (file: ManifestFile): Promise<Change | undefined> => {
    options.signal?.throwIfAborted();
    const change = changeOfSize(root, file);
    return change ? Promise.resolve(change) : changeOfContent(root, file);
  };
  for await (const change of pooledMap(parallel, manifest.files, look)) {
    if (change) changes.push(change);
  }
  return changes;
}
