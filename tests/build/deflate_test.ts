import { assertEquals } from "@std/assert";
import { crc32, inflateRawSync } from "node:zlib";
import { deflate, deflateFile } from "../../build/deflate.ts";
import { sha256Of } from "../../build/digest.ts";
import { TemporaryFolder } from "./temporary_folder.ts";
import { randomNumbers } from "./zip_maker.ts";

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

Deno.test("deflateFile() writes what inflates to the file's bytes, and tells what they are", async () => {
  using folder = new TemporaryFolder();
  for (const length of [0, 1000, 3_000_000]) {
    const bytes = sampleBytes(length);
    const path = folder.write(`${length}`, bytes);
    const destination = folder.at(`${length}.deflated`);
    const seen: string[] = [];
    const file = await deflateFile(path, destination, (bytes, sums) => {
      seen.push(sha256Of(bytes), sums.sha256);
      return Promise.resolve();
    });
    const deflated = Deno.readFileSync(destination);
    const sha256 = sha256Of(bytes);
    assertEquals(sha256Of(inflateRawSync(deflated)), sha256);
    assertEquals(seen, [sha256, sha256]);
    assertEquals(file, {
      size: length,
      crc32: crc32(bytes),
      sha256,
      deflated: { size: deflated.length, sha256: sha256Of(deflated) },
    });
  }
});

Deno.test("deflate() gives the very bytes that it gave elsewhere", () => {
  // Recorded on Linux, x86-64. Another value on another machine means that
  // bundles are not the same everywhere.
  assertEquals(
    sha256Of(deflate(sampleBytes(500_000))!),
    "3fec274f79231b4cb45e7e291a1238a2387e9dab4bcb07e71e8aa81e8786fa7d",
  );
});
