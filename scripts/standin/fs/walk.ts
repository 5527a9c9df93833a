/** Stand-in for `@std/fs/walk`, with its names and signatures. */
import { basename, fromFileUrl, join, normalize } from "jsr:@std/path@1.1.6";

export interface WalkOptions {
  maxDepth?: number;
  includeFiles?: boolean;
  includeDirs?: boolean;
  includeSymlinks?: boolean;
  followSymlinks?: boolean;
  exts?: string[];
  match?: RegExp[];
  skip?: RegExp[];
}

export interface WalkEntry extends Deno.DirEntry {
  path: string;
}

function wanted(path: string, options: WalkOptions): boolean {
  const { exts, match, skip } = options;
  if (exts && !exts.some((ext) => path.endsWith(ext))) return false;
  if (match && !match.some((pattern) => pattern.test(path))) return false;
  if (skip && skip.some((pattern) => pattern.test(path))) return false;
  return true;
}

export async function* walk(
  root: string | URL,
  options: WalkOptions = {},
): AsyncIterableIterator<WalkEntry> {
  const {
    maxDepth = Infinity,
    includeFiles = true,
    includeDirs = true,
    includeSymlinks = true,
    followSymlinks = false,
    skip,
  } = options;
  if (maxDepth < 0) return;
  const base = root instanceof URL ? fromFileUrl(root) : root;
  if (includeDirs && wanted(base, options)) {
    const info = await Deno.lstat(base);
    yield {
      path: normalize(base),
      name: basename(normalize(base)),
      isFile: info.isFile,
      isDirectory: info.isDirectory,
      isSymlink: info.isSymlink,
    };
  }
  if (maxDepth < 1 || skip?.some((pattern) => pattern.test(base))) return;
  for await (const entry of Deno.readDir(base)) {
    let path = join(base, entry.name);
    let { isDirectory, isSymlink } = entry;
    if (isSymlink) {
      if (!followSymlinks) {
        if (includeSymlinks && wanted(path, options)) yield { path, ...entry };
        continue;
      }
      path = await Deno.realPath(path);
      ({ isDirectory, isSymlink } = await Deno.lstat(path));
    }
    if (isDirectory || isSymlink) {
      yield* walk(path, { ...options, maxDepth: maxDepth - 1 });
    } else if (includeFiles && wanted(path, options)) yield { path, ...entry };
  }
}
