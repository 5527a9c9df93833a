/**
 * Reads a zip's central directory, and finds where the raw bytes of each entry
 * lie in the file, so that they can be copied as they are.
 *
 * zip.js reads the directory; the place of the bytes is the one thing it does
 * not tell, and is read from the entry's local header.
 *
 * @module
 */
import type { Entry } from "@zip-js/zip-js";
import type { UserError } from "../launcher/user_error.ts";
import {
  type ArchiveLimits,
  archiveLimits,
  ArchiveTally,
  refusal,
} from "./archive_safety.ts";
import { readFullySync } from "./content.ts";

/** A file in an archive, and where its raw bytes are. */
export interface ArchiveMember {
  /** Its name in the archive. */
  path: string;
  /** Where the raw bytes begin. */
  offset: number;
  compressedSize: number;
  /** Uncompressed bytes. */
  size: number;
  crc32: number;
  /** 0 is stored, 8 is deflated. */
  method: 0 | 8;
}

/**
 * Loads zip.js with a reader for files on disk. It is not loaded before it is
 * needed: a build that finds all archives known does without it.
 */
async function loadZipReader() {
  const { configure, Reader, ZipReader } = await import("@zip-js/zip-js");
  configure({ useWebWorkers: false });

  /** Lets zip.js read a file on disk, piece by piece. */
  class FileReader extends Reader<Deno.FsFile> {
    constructor(readonly file: Deno.FsFile) {
      super(file);
      this.size = file.statSync().size;
    }

    override readUint8Array(
      index: number,
      length: number,
    ): Promise<Uint8Array> {
      const bytes = new Uint8Array(
        Math.max(0, Math.min(length, this.size - index)),
      );
      readFullySync(this.file, index, bytes);
      return Promise.resolve(bytes);
    }
  }
  return (file: Deno.FsFile) => new ZipReader(new FileReader(file));
}

/**
 * Lists the files of a zip.
 *
 * @param path The zip's path.
 * @returns Its files in the directory's order; folders are left out.
 * @throws {UserError} If it is damaged, or holds something it must not.
 */
export async function readZipDirectory(
  path: string,
  limits: ArchiveLimits = archiveLimits,
): Promise<ArchiveMember[]> {
  using file = await Deno.open(path);
  const archiveSize = file.statSync().size;
  const tally = new ArchiveTally(path, archiveSize, limits);
  const openZip = await loadZipReader();
  let entries: Entry[];
  try {
    entries = await openZip(file).getEntries();
  } catch (cause) {
    throw refusal(path, "it is no whole zip file", cause);
  }
  const members: ArchiveMember[] = [];
  for (const entry of entries) {
    if (entry.directory) continue;
    tally.add(entry.filename, entry.uncompressedSize);
    members.push(memberOf(entry, file, path, archiveSize));
  }
  refuseOverlaps(members, path);
  return members;
}

/** What the local header says of an entry, checked against the directory. */
function memberOf(
  entry: Entry,
  file: Deno.FsFile,
  archive: string,
  archiveSize: number,
): ArchiveMember {
  const refused = (what: string): UserError =>
    refusal(archive, `its entry '${entry.filename}' ${what}`);
  if (entry.encrypted) throw refused("is encrypted");
  const method = entry.compressionMethod;
  if (method !== 0 && method !== 8) {
    throw refused(`is compressed by method ${method}, which is not supported`);
  }
  const type = (entry.externalFileAttributes >>> 16) & 0o170000;
  const madeOnUnix = entry.versionMadeBy >>> 8 === 3;
  if (madeOnUnix && type !== 0 && type !== 0o100000) {
    throw refused("is a link or a device");
  }
  const header = new Uint8Array(30);
  const name = entry.rawFilename;
  try {
    readFullySync(file, entry.offset, header);
    const view = new DataView(header.buffer);
    const nameLength = view.getUint16(26, true);
    const offset = entry.offset + 30 + nameLength + view.getUint16(28, true);
    const found = new Uint8Array(nameLength);
    readFullySync(file, entry.offset + 30, found);
    if (
      view.getUint32(0, true) !== 0x04034b50 ||
      view.getUint16(8, true) !== method || nameLength !== name.length ||
      found.some((byte, index) => byte !== name[index])
    ) {
      throw refused("is not where the directory says");
    }
    if (offset + entry.compressedSize > archiveSize) {
      throw refused("goes on after the end of the file");
    }
    if (method === 0 && entry.compressedSize !== entry.uncompressedSize) {
      throw refused("has two sizes");
    }
    return {
      path: entry.filename,
      offset,
      compressedSize: entry.compressedSize,
      size: entry.uncompressedSize,
      crc32: entry.signature >>> 0,
      method,
    };
  } catch (error) {
    if (error instanceof RangeError) throw refused("lies outside of the file");
    throw error;
  }
}

/** Refuses entries that share bytes, as archives do that blow up when unpacked. */
function refuseOverlaps(
  members: readonly ArchiveMember[],
  archive: string,
): void {
  const byOffset = [...members].sort((a, b) => a.offset - b.offset);
  for (const [index, member] of byOffset.entries()) {
    const next = byOffset[index + 1];
    if (next && member.offset + member.compressedSize > next.offset) {
      throw refusal(archive, `its entry '${next.path}' overlaps another one`);
    }
  }
}
