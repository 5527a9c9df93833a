/**
 * SHA-256 of files and of what is in memory.
 *
 * `node:crypto` hashes piece by piece, which `crypto.subtle` cannot, so that a
 * file of any size takes one megabyte.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** How much of a file is read at once. */
export const pieceSize = 1 << 20;

/** SHA-256 of `data`, in lower-case hex. */
export function sha256Of(data: Uint8Array | string): string {
  return createHash("sha256").update(data).digest("hex");
}

/**
 * SHA-256 of a file, in lower-case hex.
 *
 * It blocks the thread it runs on: big files are hashed in the build's workers.
 *
 * @throws {Deno.errors.NotFound} If there is no such file.
 */
export function sha256OfFileSync(path: string): string {
  using file = Deno.openSync(path);
  const hash = createHash("sha256");
  const piece = new Uint8Array(pieceSize);
  for (;;) {
    const count = file.readSync(piece);
    if (count === null) return hash.digest("hex");
    hash.update(piece.subarray(0, count));
  }
}
