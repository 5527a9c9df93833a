/**
 * Lines out of a process's bytes.
 *
 * @module
 */

/** A line longer than this is passed on in pieces, in characters. */
const longestLine = 16_384;

/** The lines of a stream of UTF-8, without their line ends, as they come. */
export async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let pending = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    pending += text;
    const lines = pending.split(/\r?\n|\r(?=[^\n])/);
    pending = lines.pop()!;
    yield* lines;
    while (pending.length > longestLine) {
      yield pending.slice(0, longestLine);
      pending = pending.slice(longestLine);
    }
  }
  if (pending !== "") yield pending.replace(/\r$/, "");
}
