/**
 * Compresses new files, and remembers the result by the content's hash.
 *
 * @module
 */
import { type Compressed, compressEntry } from "./archive.ts";
import type { Entry } from "./bundle.ts";
import type { Cache } from "./cache.ts";
import { codecVersion, level } from "./deflate.ts";

/** Compressing fewer bytes takes no longer than asking the cache. */
const worthKeeping = 32 * 1024;

/**
 * Makes a compressor that keeps its results in the cache.
 *
 * @returns A function for `writeArchive()`.
 */
export function cachedCompressor(cache: Cache): (entry: Entry) => Compressed {
  return (entry) => {
    if (entry.size < worthKeeping) return compressEntry(entry);
    const key = `${entry.sha256}-${codecVersion}-${level}.deflate`;
    const kept = cache.readBytes(key);
    if (kept !== undefined) {
      return { method: kept[0] === 8 ? 8 : 0, bytes: kept.subarray(1) };
    }
    const compressed = compressEntry(entry);
    const bytes = new Uint8Array(compressed.bytes.length + 1);
    bytes[0] = compressed.method;
    bytes.set(compressed.bytes, 1);
    cache.writeBytes(key, bytes);
    return compressed;
  };
}
