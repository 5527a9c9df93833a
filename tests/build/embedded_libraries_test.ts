import { assert, assertEquals } from "@std/assert";
import type { ReadEntry } from "../../build/bundle_checks.ts";
import { memoryEntry } from "../../build/content.ts";
import {
  fileVersion,
  findEmbeddedLibraries,
  readFfmpegBuild,
} from "../../build/embedded_libraries.ts";
import { UsedResults } from "../../build/result_cache.ts";

const read: ReadEntry = (entry) => {
  assert(entry.content.kind === "memory");
  return Promise.resolve(entry.content.bytes);
};

/** Bytes of a text, one for each character. */
const bytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** VS_FIXEDFILEINFO of version 14.42.34226.3, whose bytes are no ASCII. */
const resource =
  "\xbd\x04\xef\xfe\x00\x00\x01\x00\x2a\x00\x0e\x00\x03\x00\xb2\x85";

Deno.test("fileVersion() reads the version resource, and nothing from a file without one", () => {
  assertEquals(fileVersion(bytes(`MZ....${resource}....`)), "14.42.34226.3");
  assertEquals(
    fileVersion(bytes(`..${resource.slice(0, 12)}\0\0\x03\x00`)),
    "14.42.3",
  );
  assertEquals(fileVersion(bytes("MZ")), undefined);
  assertEquals(fileVersion(bytes("\xbd\x04\xef\xfe")), undefined);
});

Deno.test("findEmbeddedLibraries() reads versions where files tell them, and invents none", async () => {
  const { libraries } = await findEmbeddedLibraries([
    memoryEntry(
      "tools/python/libcrypto-3.dll",
      "python",
      bytes("\0OpenSSL 3.0.15 3 Sep 2024\0"),
    ),
    memoryEntry("tools/python/vcruntime140.dll", "python", bytes(resource)),
    memoryEntry("tools/python/vcruntime140_1.dll", "python", bytes(resource)),
    memoryEntry("tools/python/libffi-8.dll", "python", bytes("3.4.4?")),
    memoryEntry("tools/python/_lzma.pyd", "python", bytes("no version")),
    memoryEntry("tools/python/pyexpat.pyd", "python", bytes("no version")),
    memoryEntry(
      "MediaParser-launcher.exe",
      "launcher",
      bytes("-rusty ... 14.7.173.7-rusty\0"),
    ),
    memoryEntry("app/libcrypto-3.dll.txt", "app", bytes("OpenSSL 3.0.15")),
  ], read);
  assertEquals(
    libraries.get("python")?.map(({ name, version }) => [name, version]),
    [
      ["Microsoft Visual C++ runtime", "14.42.34226.3"],
      ["OpenSSL", "3.0.15"],
      ["XZ Utils (liblzma)", undefined],
      ["libffi", undefined],
    ],
  );
  assertEquals(
    libraries.get("launcher")?.map(({ name, version }) => [name, version]),
    [["V8", "14.7.173.7"]],
  );
  assertEquals(libraries.has("app"), false);
});

Deno.test("findEmbeddedLibraries() reads no file that its cache knows", async () => {
  const entries = [
    memoryEntry(
      "tools/python/libcrypto-3.dll",
      "python",
      bytes("OpenSSL 3.0.15"),
    ),
  ];
  const cache = new UsedResults(undefined);
  const found = await findEmbeddedLibraries(entries, read, cache);
  const never: ReadEntry = () => Promise.reject(new Error("read again"));
  assertEquals(
    await findEmbeddedLibraries(
      entries,
      never,
      new UsedResults(cache.toJSON()),
    ),
    found,
  );
});

Deno.test("readFfmpegBuild() tells the licence variant by what the program says", () => {
  const text =
    "\0%sconfiguration: --enable-gpl --enable-version3\0libavutil license: GPL version 3 or later\0FFmpeg version 7.1-essentials\0";
  assertEquals(readFfmpegBuild(bytes(text)), {
    version: "7.1-essentials",
    configuration: "--enable-gpl --enable-version3",
    licence: "GPL version 3 or later",
  });
  assertEquals(readFfmpegBuild(bytes("FFmpeg version 7.1")), undefined);
});
