/**
 * Compresses to the same bytes on every machine.
 *
 * Deno's own deflate is zlib-ng, whose output depends on what the CPU can do.
 * The zlib in WebAssembly that zip.js brings gives the same bytes wherever it
 * runs. Measured on the 95 MB launcher: 2.1 s to 37.4 MB at level 4, against
 * 1.4 s to 37.6 MB natively at level 6, and 2.8 s to 37.4 MB by fflate in
 * JavaScript at level 4. Its functions are called directly: zip.js itself has
 * no way to end a piece so that the next one can follow it, which is what
 * allows big files to be compressed piece by piece on all cores.
 *
 * @module
 */

/** Changes whenever the same input gives other bytes; it is part of cache keys. */
export const codecVersion = "zip.js-2.8.7-wasm-1";

/** How hard it tries, 1 to 9. What is gained above 4 is under 2 %. */
export const defaultLevel = 4;

/** What the WebAssembly module exports, as far as it is used here. */
interface Codec {
  memory: WebAssembly.Memory;
  malloc(size: number): number;
  deflate_new(): number;
  deflate_init_raw(stream: number, level: number): number;
  /** Returns the bytes written, in the lower 24 bits. */
  deflate_process(
    stream: number,
    input: number,
    inputSize: number,
    output: number,
    outputSize: number,
    flush: number,
  ): number;
  deflate_last_consumed(stream: number): number;
  deflate_end(stream: number): number;
}

/**
 * The package that the module is a file of. Deno resolves files of those
 * packages only that something in the program imports; calling this is not
 * needed for it.
 */
export function importCodecPackage(): Promise<unknown> {
  return import("@zip-js/zip-js");
}

const bufferSize = 1 << 18;
/** zlib's own numbers for how to end. */
const noFlush = 0, syncFlush = 2, finish = 4;

let loaded: { codec: Codec; input: number; output: number } | undefined;

function load(): { codec: Codec; input: number; output: number } {
  if (loaded === undefined) {
    const url = import.meta.resolve("@zip-js/zip-js/dist/zip-module.wasm");
    const module = new WebAssembly.Module(Deno.readFileSync(new URL(url)));
    const codec = new WebAssembly.Instance(module)
      .exports as unknown as Codec;
    loaded = {
      codec,
      input: codec.malloc(bufferSize),
      output: codec.malloc(bufferSize),
    };
  }
  return loaded;
}

/**
 * Deflates one piece of a file, without a header.
 *
 * @param last Whether the file ends with it. Any other piece ends on a whole
 *     byte, so that the pieces of a file are joined by writing one after another.
 */
export function deflatePiece(
  bytes: Uint8Array,
  last: boolean,
  level: number = defaultLevel,
): Uint8Array<ArrayBuffer> {
  const { codec, input, output } = load();
  const stream = codec.deflate_new();
  if (codec.deflate_init_raw(stream, level) !== 0) {
    throw new Error("The deflate module does not start");
  }
  const parts: Uint8Array[] = [];
  let total = 0;
  const step = (size: number, flush: number): number => {
    const written = codec.deflate_process(
      stream,
      input,
      size,
      output,
      bufferSize,
      flush,
    ) & 0xffffff;
    // The memory may have grown, which detaches earlier views of it.
    parts.push(new Uint8Array(codec.memory.buffer, output, written).slice());
    total += written;
    return written;
  };
  for (let done = 0; done < bytes.length;) {
    const size = Math.min(bufferSize, bytes.length - done);
    new Uint8Array(codec.memory.buffer, input, size)
      .set(bytes.subarray(done, done + size));
    step(size, noFlush);
    const consumed = codec.deflate_last_consumed(stream);
    if (consumed === 0) throw new Error("The deflate module stands still");
    done += consumed;
  }
  while (step(0, last ? finish : syncFlush) === bufferSize);
  codec.deflate_end(stream);
  const result = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/**
 * Deflates a whole file.
 *
 * @returns The deflated bytes, or nothing when they would be no fewer.
 */
export function deflate(
  bytes: Uint8Array,
  level: number = defaultLevel,
): Uint8Array<ArrayBuffer> | undefined {
  const deflated = deflatePiece(bytes, true, level);
  return deflated.length < bytes.length ? deflated : undefined;
}
