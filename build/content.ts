/**
 * Reads what an entry holds, wherever its bytes lie.
 *
 * @module
 */
import { crc32, inflateRawSync } from "node:zlib";
import type { ArchivedContent, Entry } from "./bundle.ts";
import { UserError } from "../launcher/user_error.ts";
import { pieceSize, sha256Of } from "./digest.ts";

/**
 * Reads exactly `bytes.length` bytes at `offset`.
 *
 * @throws {RangeError} If the file has none there, or not so many.
 */
export function readFullySync(
  file: Deno.FsFile,
  offset: number,
  bytes: Uint8Array,
): void {
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new RangeError("There is no such place in a file");
  }
  file.seekSync(offset, Deno.SeekMode.Start);
  for (let done = 0; done < bytes.length;) {
    const count = file.readSync(bytes.subarray(done));
    if (count === null) throw new RangeError("The file ends too early");
    done += count;
  }
}

/**
 * Gives the memory of bytes back at once. Files of a hundred megabytes go
 * through here, and V8 collects what it does not hold itself far too late.
 *
 * @param bytes Bytes that nothing uses any more; they are empty afterwards.
 */
export function release(bytes: Uint8Array): void {
  const { buffer, byteLength } = bytes;
  // What is part of a larger buffer may be needed there; small ones are no trouble.
  if (byteLength < worthReleasing || byteLength !== buffer.byteLength) return;
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** From this size on, a file is inflated piece by piece. */
export const streamedSize = 32 << 20;

/** Bytes from which on giving memory back is worth a call. */
const worthReleasing = 1 << 14;

/**
 * Inflates a whole file.
 *
 * @param raw Deflated bytes, without a header.
 * @param size The bytes it must come to at most.
 * @throws {RangeError} If it comes to more.
 * @throws {Error} If the bytes are damaged.
 */
export function inflateSync(
  raw: Uint8Array,
  size: number,
): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = inflateRawSync(raw, {
    // One buffer of the right size takes half the memory and the time.
    chunkSize: Math.max(size, 64),
    maxOutputLength: Math.max(size, 1),
  });
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** The bytes of an archived entry as they lie in the archive. */
export function readRawSync(
  content: ArchivedContent,
): Uint8Array<ArrayBuffer> {
  using file = Deno.openSync(content.archive);
  const raw = new Uint8Array(content.compressedSize);
  readFullySync(file, content.offset, raw);
  return raw;
}

/** As `Deno.readFileSync()`, which takes half as much memory again for a large file. */
function readFileSync(path: string): Uint8Array<ArrayBuffer> {
  using file = Deno.openSync(path);
  const bytes = new Uint8Array(file.statSync().size);
  readFullySync(file, 0, bytes);
  return bytes;
}

/**
 * The uncompressed bytes of an entry.
 *
 * @throws {UserError} If the bytes are not those that the entry was made from.
 */
export function readContentSync(
  entry: Pick<Entry, "path" | "content" | "size" | "crc32">,
): Uint8Array<ArrayBuffer> {
  const { content } = entry;
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  if (content.kind === "memory") return content.bytes;
  if (content.kind === "file") bytes = readFileSync(content.path);
  else {
    try {
      const raw = readRawSync(content);
      bytes = content.method === 0 ? raw : inflateSync(raw, entry.size);
      if (bytes !== raw) release(raw);
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound) throw cause;
      throw changed(entry.path, cause);
    }
  }
  if (bytes.length !== entry.size || crc32(bytes) !== entry.crc32) {
    throw changed(entry.path);
  }
  return bytes;
}

/** An entry's content as text. */
export async function readText(
  entry: Entry,
  read: (entry: Entry) => Promise<Uint8Array>,
): Promise<string> {
  return new TextDecoder().decode(await read(entry));
}

/**
 * Sends part of a file through a decompressor. One buffer serves for all of it:
 * a decompressor has used up what it is given when the write is done.
 *
 * @param format The decompressor.
 * @param offset Where the part begins.
 * @param size How long it is.
 * @returns The decompressed bytes, in pieces that belong to the caller.
 */
export function decompressedRange(
  file: Deno.FsFile,
  format: "gzip" | "deflate-raw",
  offset: number,
  size: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new DecompressionStream(format);
  const feed = async (): Promise<void> => {
    const writer = writable.getWriter();
    try {
      const buffer = new Uint8Array(Math.min(rangePieceSize, size));
      for (let done = 0; done < size;) {
        const piece = buffer.subarray(0, Math.min(buffer.length, size - done));
        readFullySync(file, offset + done, piece);
        await writer.write(piece);
        done += piece.length;
      }
      await writer.close();
    } catch (error) {
      await writer.abort(error);
    }
  };
  // What fails there also ends the stream, and is reported from it.
  feed().catch(() => {});
  return readable;
}

/** How much of a file is sent through a decompressor at once. */
const rangePieceSize = 1 << 16;

/**
 * A file's bytes in an archive, uncompressed, in pieces. Each is gone when the
 * next is asked for.
 */
export async function* contentPieces(
  file: Deno.FsFile,
  { offset, compressedSize, method }: Omit<ArchivedContent, "kind" | "archive">,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (method === 8) {
    const stream = decompressedRange(
      file,
      "deflate-raw",
      offset,
      compressedSize,
    );
    for await (const piece of stream) {
      yield piece;
      release(piece);
    }
    return;
  }
  const buffer = new Uint8Array(Math.min(pieceSize, compressedSize));
  for (let done = 0; done < compressedSize;) {
    const piece = buffer.subarray(
      0,
      Math.min(buffer.length, compressedSize - done),
    );
    readFullySync(file, offset + done, piece);
    yield piece;
    done += piece.length;
  }
}

function changed(path: string, cause?: unknown): UserError {
  return new UserError(
    `The bytes of '${path}' changed while the bundle was built.`,
    "Run the build again.",
    { cause },
  );
}

/**
 * An entry that is made here and held in memory.
 *
 * @param path Path below the bundle's top folder.
 * @param component Id of the component that it belongs to.
 */
export function memoryEntry(
  path: string,
  component: string,
  data: string | Uint8Array<ArrayBuffer>,
): Entry {
  const bytes = typeof data === "string"
    ? new TextEncoder().encode(data)
    : data;
  return {
    path,
    component,
    content: { kind: "memory", bytes },
    size: bytes.length,
    crc32: crc32(bytes),
    sha256: sha256Of(bytes),
  };
}
