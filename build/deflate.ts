/**
 * Compresses to the same bytes on every machine.
 *
 * Deno's own deflate is zlib-ng, whose output depends on what the CPU can do.
 * libdeflate in WebAssembly gives the same bytes wherever it runs. Measured on
 * the 95 MB launcher, side by side: 1.7 s to 35.8 MB; the zlib in WebAssembly
 * that zip.js brings takes 2.3 s to 37.2 MB at its level 4, and 4.5 s to 36.1 MB
 * at level 6.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import { delay } from "@std/async/delay";
import { deflate as deflateAtLevel } from "libdeflate";
import { sha256Of } from "./digest.ts";

/** Changes whenever the same input gives other bytes; it is part of cache keys. */
export const codecVersion = "libdeflate-0.1.0";

/** How hard it tries, 1 to 12. 9 takes twice the time and gains 0.6 %. */
export const level = 6;

/**
 * Deflates bytes, without a header.
 *
 * @returns The deflated bytes, or nothing when they would be no fewer.
 */
export function deflate(
  bytes: Uint8Array,
): Uint8Array<ArrayBuffer> | undefined {
  const deflated = deflateAtLevel(bytes, level);
  return deflated.length < bytes.length
    ? deflated as Uint8Array<ArrayBuffer>
    : undefined;
}

/** What an entry tells of a file's bytes. */
export interface FileSums {
  size: number;
  crc32: number;
  /** In lower-case hex. */
  sha256: string;
}

/** A file and its deflated copy. */
export interface DeflatedFile extends FileSums {
  deflated: { size: number; sha256: string };
}

/** What libdeflate's WebAssembly module exports, as far as it is used here. */
interface Codec {
  /** Its memory; a new view after each time that it grew. */
  HEAPU8: Uint8Array<ArrayBuffer>;
  _malloc(size: number): number;
  _free(pointer: number): void;
  _libdeflate_alloc_compressor(level: number): number;
  _libdeflate_free_compressor(compressor: number): void;
  _libdeflate_deflate_compress_bound(compressor: number, size: number): number;
  /** Returns the bytes written. */
  _libdeflate_deflate_compress(
    compressor: number,
    input: number,
    inputSize: number,
    output: number,
    outputSize: number,
  ): number;
}

/**
 * Deflates a file of a hundred megabytes into another one.
 *
 * The package's functions would hold it twice, in JavaScript and in the
 * module's memory; here it is read straight into that. The memory is not given
 * back before the thread ends.
 *
 * @param path A file of fewer than 2 GB.
 * @param destination Where the deflated bytes are written, without a header.
 * @param visit Looks at the file's bytes while they are at hand.
 */
export async function deflateFile(
  path: string,
  destination: string,
  visit?: (bytes: Uint8Array, sums: FileSums) => Promise<void>,
): Promise<DeflatedFile> {
  const packageUrl = import.meta.resolve("libdeflate");
  const { default: load } = await import(
    new URL("dist/libdeflate.wasm.mjs", packageUrl).href
  ) as { default: () => Codec };
  const codec = load();
  using file = Deno.openSync(path);
  const { size } = file.statSync();
  const compressor = codec._libdeflate_alloc_compressor(level);
  const bound = codec._libdeflate_deflate_compress_bound(compressor, size);
  const input = codec._malloc(Math.max(size, 1));
  const output = codec._malloc(bound);
  if (compressor === 0 || input === 0 || output === 0) {
    throw new Error(`There is no memory for deflating ${size} bytes`);
  }
  const bytes = codec.HEAPU8.subarray(input, input + size);
  for (let done = 0; done < size;) {
    const count = file.readSync(bytes.subarray(done));
    if (count === null) throw new RangeError("The file ends too early");
    done += count;
  }
  const compress = (size: number): number =>
    codec._libdeflate_deflate_compress(compressor, input, size, output, bound);
  // V8 makes fast code of a loop once it has run, and uses it from the next
  // call on; the whole file is one call, which takes 2.8 s without, 1.6 s with.
  for (let round = 0; round < 4; round++) {
    compress(Math.min(size, 1 << 18));
    await delay(10);
  }
  const written = compress(size);
  if (written === 0) throw new Error("libdeflate gives no result");
  const deflated = codec.HEAPU8.subarray(output, output + written);
  Deno.writeFileSync(destination, deflated, { createNew: true });
  const sums = { size, crc32: crc32(bytes), sha256: sha256Of(bytes) };
  await visit?.(bytes, sums);
  const result = {
    ...sums,
    deflated: { size: written, sha256: sha256Of(deflated) },
  };
  codec._free(input);
  codec._free(output);
  codec._libdeflate_free_compressor(compressor);
  return result;
}
