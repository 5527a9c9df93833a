/**
 * Reads what an entry holds, wherever its bytes lie.
 *
 * @module
 */
import { crc32, inflateRawSync } from "node:zlib";
import type { ArchivedContent, Entry } from "./bundle.ts";
import { UserError } from "../launcher/user_error.ts";
import { sha256Of } from "./digest.ts";

/** Reads exactly `bytes.length` bytes at `offset`. */
export function readFullySync(
  file: Deno.FsFile,
  offset: number,
  bytes: Uint8Array,
): void {
  file.seekSync(offset, Deno.SeekMode.Start);
  for (let done = 0; done < bytes.length;) {
    const count = file.readSync(bytes.subarray(done));
    if (count === null) throw new RangeError("The file ends too early");
    done += count;
  }
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
  if (content.kind === "file") bytes = Deno.readFileSync(content.path);
  else {
    try {
      const raw = readRawSync(content);
      bytes = content.method === 0 ? raw : new Uint8Array(
        inflateRawSync(raw, { maxOutputLength: Math.max(entry.size, 1) }),
      );
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
