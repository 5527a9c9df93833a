/**
 * Goes through an archive once and writes down what every later step needs of
 * its files: where the raw bytes are, and their size, CRC-32 and SHA-256.
 *
 * A zip stays as it is. A tarball's files are compressed as a whole, so they are
 * compressed one by one into a *pack*: raw deflated bytes, one after another,
 * which the index describes just as it does a zip.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { basename } from "@std/path";
import type { UserError } from "../launcher/user_error.ts";
import { refusal } from "./archive_safety.ts";
import {
  contentPieces,
  inflateSync,
  readFullySync,
  release,
  streamedSize,
} from "./content.ts";
import { deflate } from "./deflate.ts";
import { sha256Of } from "./digest.ts";
import {
  isPortableExecutable,
  type PortableExecutable,
  PortableExecutableError,
  readPortableExecutable,
} from "./portable_executable.ts";
import { readTarball } from "./tarball.ts";
import { type ArchiveMember, readZipDirectory } from "./zip_directory.ts";

/** Changes whenever an index made earlier must not be used any more. */
export const indexVersion = 1;

/** A file of an archive with all that is known about it. */
export interface IndexedMember extends ArchiveMember {
  /** SHA-256 of the uncompressed bytes. */
  sha256: string;
  /** What a program or DLL loads, or why that could not be read. */
  portableExecutable?: PortableExecutable | string;
}

/** What a program or DLL loads, or why that could not be read. */
export function tryReadPortableExecutable(
  bytes: Uint8Array,
): PortableExecutable | string {
  try {
    return readPortableExecutable(bytes);
  } catch (error) {
    // A damaged one is reported by the bundle's checks.
    if (error instanceof PortableExecutableError) return error.message;
    throw error;
  }
}

function readImports(
  path: string,
  bytes: Uint8Array,
): Pick<IndexedMember, "portableExecutable"> {
  return isPortableExecutable(path)
    ? { portableExecutable: tryReadPortableExecutable(bytes) }
    : {};
}

/** Looks at files while their bytes are at hand. */
export interface Visitor {
  /** Whether it looks at a file; that is held in memory then, however large. */
  wants(path: string): Promise<boolean>;
  visit(member: IndexedMember, bytes: Uint8Array): Promise<void>;
}

/**
 * Indexes a zip: every file is inflated, which also shows that it is whole.
 *
 * @throws {UserError} If it is damaged, or holds something it must not.
 */
export async function indexZip(
  path: string,
  visitor?: Visitor,
): Promise<IndexedMember[]> {
  const members = await readZipDirectory(path);
  using file = await Deno.open(path);
  const indexed: IndexedMember[] = [];
  for (const member of members) {
    const wanted = await visitor?.wants(member.path) ?? false;
    if (member.size >= streamedSize && !wanted) {
      indexed.push(await indexLargeMember(file, path, member));
      continue;
    }
    const bytes = readMember(file, path, member);
    const known = {
      ...member,
      sha256: sha256Of(bytes),
      ...readImports(member.path, bytes),
    };
    if (wanted) await visitor!.visit(known, bytes);
    release(bytes);
    indexed.push(known);
  }
  return indexed;
}

function damagedMember(
  archive: string,
  member: ArchiveMember,
  cause?: unknown,
): UserError {
  return refusal(archive, `its entry '${member.path}' is damaged`, cause);
}

/** A file's uncompressed bytes, found to be those that the directory tells of. */
function readMember(
  file: Deno.FsFile,
  archive: string,
  member: ArchiveMember,
): Uint8Array {
  const raw = new Uint8Array(member.compressedSize);
  readFullySync(file, member.offset, raw);
  let bytes: Uint8Array = raw;
  if (member.method === 8) {
    try {
      bytes = inflateSync(raw, member.size);
    } catch (cause) {
      throw damagedMember(archive, member, cause);
    }
    release(raw);
  }
  if (bytes.length !== member.size || crc32(bytes) !== member.crc32) {
    throw damagedMember(archive, member);
  }
  return bytes;
}

/** Indexes a file in little memory; what it loads is read later. */
async function indexLargeMember(
  file: Deno.FsFile,
  archive: string,
  member: ArchiveMember,
): Promise<IndexedMember> {
  const hash = createHash("sha256");
  for await (const piece of checkedPieces(file, archive, member)) {
    hash.update(piece);
  }
  return { ...member, sha256: hash.digest("hex") };
}

/**
 * A file's uncompressed bytes in pieces, found at the end to be those that the
 * directory tells of.
 */
async function* checkedPieces(
  file: Deno.FsFile,
  archive: string,
  member: ArchiveMember,
): AsyncGenerator<Uint8Array> {
  let sum = 0;
  let size = 0;
  try {
    for await (const piece of contentPieces(file, member)) {
      size += piece.length;
      if (size > member.size) break;
      sum = crc32(piece, sum);
      yield piece;
    }
  } catch (cause) {
    throw damagedMember(archive, member, cause);
  }
  if (size !== member.size || sum !== member.crc32) {
    throw damagedMember(archive, member);
  }
}

/**
 * Writes one file of a zip to disk.
 *
 * @returns Its SHA-256, in lower-case hex.
 * @throws {UserError} If the zip is damaged, or lacks the file.
 */
export async function extractFromZip(
  path: string,
  name: string,
  destination: string,
): Promise<string> {
  const members = await readZipDirectory(path);
  const member = members.find((member) => member.path === name);
  if (member === undefined) throw refusal(path, `it holds no '${name}'`);
  using file = await Deno.open(path);
  using output = await Deno.open(destination, { create: true, write: true });
  const hash = createHash("sha256");
  for await (const piece of checkedPieces(file, path, member)) {
    hash.update(piece);
    for (let done = 0; done < piece.length;) {
      done += output.writeSync(piece.subarray(done));
    }
  }
  return hash.digest("hex");
}

/**
 * Packs the files of a tarball below a folder, and indexes the pack.
 *
 * @param root The folder in the tarball, with its final slash.
 * @param packPath Where the pack is written.
 * @param compress Whether files are compressed; what does not ship need not be.
 * @throws {UserError} If it is damaged, holds something it must not, or nothing below `root`.
 */
export async function packTarball(
  path: string,
  root: string,
  packPath: string,
  compress: boolean,
): Promise<IndexedMember[]> {
  using pack = await Deno.open(packPath, { create: true, write: true });
  const members: IndexedMember[] = [];
  let offset = 0;
  for await (const file of readTarball(path)) {
    if (!file.path.startsWith(root)) continue;
    const bytes = await collect(file.bytes, file.size);
    const deflated = compress ? deflate(bytes) : undefined;
    const raw = deflated ?? bytes;
    for (let done = 0; done < raw.length;) {
      done += pack.writeSync(raw.subarray(done));
    }
    members.push({
      path: file.path,
      offset,
      compressedSize: raw.length,
      size: bytes.length,
      crc32: crc32(bytes),
      method: deflated === undefined ? 0 : 8,
      sha256: sha256Of(bytes),
      ...readImports(file.path, bytes),
    });
    offset += raw.length;
    release(bytes);
    if (deflated !== undefined) release(deflated);
  }
  if (members.length === 0) {
    throw refusal(path, `it holds nothing in '${root}'`);
  }
  return members;
}

async function collect(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
    release(chunk);
  }
  return bytes;
}

/**
 * Writes one file of a tarball to disk.
 *
 * @returns Its SHA-256, in lower-case hex.
 * @throws {UserError} If the tarball is damaged, or lacks the file.
 */
export async function extractFromTarball(
  path: string,
  member: string,
  destination: string,
): Promise<string> {
  for await (const entry of readTarball(path)) {
    if (entry.path !== member) continue;
    const hash = createHash("sha256");
    using file = await Deno.open(destination, { create: true, write: true });
    for await (const chunk of entry.bytes) {
      hash.update(chunk);
      for (let done = 0; done < chunk.length;) {
        done += file.writeSync(chunk.subarray(done));
      }
      release(chunk);
    }
    return hash.digest("hex");
  }
  throw refusal(path, `it holds no '${basename(member)}'`);
}
