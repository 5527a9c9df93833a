/**
 * A bundle is a list of entries: a path, and where its bytes are.
 *
 * Every component of the build contributes entries, nothing is unpacked to
 * disk, and the list is checked as a whole before one byte is written.
 *
 * @module
 */
import type { PortableExecutable } from "./portable_executable.ts";

/** Bytes of an entry as they lie in an archive, still compressed. */
export interface ArchivedContent {
  kind: "archived";
  /** The archive's path on disk. */
  archive: string;
  /** Where the raw bytes begin in the archive. */
  offset: number;
  /** How many raw bytes there are. */
  compressedSize: number;
  /** 0 is stored, 8 is deflated. */
  method: 0 | 8;
}

/** Bytes of an entry as a plain file on disk. */
export interface FileContent {
  kind: "file";
  path: string;
}

/** Bytes of an entry in memory. */
export interface MemoryContent {
  kind: "memory";
  bytes: Uint8Array<ArrayBuffer>;
}

/** Where an entry's bytes are. */
export type Content = ArchivedContent | FileContent | MemoryContent;

/** One file of the bundle. Folders have no entries of their own. */
export interface Entry {
  /** Path below the bundle's top folder, with forward slashes. */
  path: string;
  /** Id of the component it came from, e.g. `python`, `wheel:numpy`, `app`. */
  component: string;
  content: Content;
  /** Uncompressed bytes. */
  size: number;
  /** CRC-32 of the uncompressed bytes. */
  crc32: number;
  /** SHA-256 of the uncompressed bytes, in lower-case hex. */
  sha256: string;
  /**
   * What a program or DLL loads, where that was read when its archive was
   * indexed; a string says why it could not be read.
   */
  portableExecutable?: PortableExecutable | string;
}

/** The name of the folder that the whole bundle lies in. */
export const topFolder = "MediaParser";

/** Compares paths by code unit, which no locale can change. */
export function comparePaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
