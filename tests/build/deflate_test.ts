import { assertEquals } from "@std/assert";
import { inflateRawSync } from "node:zlib";
import { deflate, deflatePiece } from "../../build/deflate.ts";
import { sha256Of } from "../../build/digest.ts";
import { concat, randomNumbers } from "./zip_maker.ts";

/** Bytes that compress about as well as a program does. */
function sampleBytes(length: number): Uint8Array {
  const random = randomNumbers(1);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const run = 4 + Math.floor(random() * 60);
    const back = Math.floor(random() * Math.min(at, 30_000));
    for (let index = 0; index < run && at < length; index++, at++) {
      bytes[at] = back > 0 ? bytes[at - back]! : Math.floor(random() * 256);
    }
    if (random() < 0.3 && at < length) bytes[at++] = Math.floor(random() * 256);
  }
  return bytes;
}

Deno.test("deflate() gives what inflates to the same bytes", () => {
  for (const length of [1000, 262_144, 1_000_001]) {
    const bytes = sampleBytes(length);
    const deflated = deflate(bytes)!;
    assertEquals(deflated.length < 0.8 * length, true);
    assertEquals(sha256Of(inflateRawSync(deflated)), sha256Of(bytes));
  }
});

Deno.test("deflate() gives nothing where nothing is gained", () => {
  assertEquals(deflate(new Uint8Array()), undefined);
  assertEquals(
    deflate(crypto.getRandomValues(new Uint8Array(5000))),
    undefined,
  );
});

Deno.test("deflatePiece() gives pieces that are joined by writing one after another", () => {
  const bytes = sampleBytes(1_000_000);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 300_000) {
    const piece = bytes.subarray(at, at + 300_000);
    pieces.push(deflatePiece(piece, at + 300_000 >= bytes.length));
  }
  assertEquals(
    sha256Of(inflateRawSync(concat(pieces))),
    sha256Of(bytes),
  );
});

Deno.test("deflate() gives the very bytes that it gave elsewhere", () => {
  // Recorded on Linux, x86-64. Another value on another machine means that
  // bundles are not the same everywhere.
  assertEquals(
    sha256Of(deflate(sampleBytes(500_000))!),
    "bf8cfc2dbefde6d8c452d655eda3d672da6087d7a35fd93a83f09f2292d1d7b7",
  );
});
