/**
 * Lines out of a process's bytes.
 *
 * @module
 */

/** A line longer than this is passed on in pieces, in characters. */
const longestLine = 16_384;

/** A long line's pieces, none of which ends within a character. */
const pieces = new RegExp(`[^]{1,${longestLine / 2}}`, "gu");

/** The lines of a stream of UTF-8, without their line ends, as they come. */
export async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let pending = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    pending += text;
    const lines = pending.split(/\r?\n|\r(?=[^\n])/);
    pending = lines.pop()!;
    for (const line of lines) {
      if (line.length > longestLine) yield* line.match(pieces)!;
      else yield line;
    }
    if (pending.length > longestLine) {
      const parts = pending.match(pieces)!;
      pending = parts.pop()!;
      yield* parts;
    }
  }
  if (pending !== "") yield pending.replace(/\r$/, "");
}
