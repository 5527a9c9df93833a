/**
 * A bounded queue of lines before a slow writer.
 *
 * One click into a Windows console can stop its output for hours. Whoever
 * writes to it directly stops with it, and so would the app whose output we
 * pass on; so lines wait here, and past a limit the oldest give way to a count.
 *
 * @module
 */
import { settlesWithin } from "./settled.ts";

/** Where the bytes go; `Deno.stdout` is one. */
export interface ByteWriter {
  write(bytes: Uint8Array): Promise<number>;
}

/** A queue as {@linkcode lineQueue} makes it. */
export interface LineQueue {
  /** Adds a line, without its line feed. Never waits. */
  push(line: string): void;
  /** Ends when everything was written, or after `milliseconds`. */
  flush(milliseconds: number): Promise<void>;
}

/**
 * Makes a queue before `writer`.
 *
 * @param writer Where lines go.
 * @param limit How many lines may wait.
 */
export function lineQueue(writer: ByteWriter, limit = 2000): LineQueue {
  const encoder = new TextEncoder();
  let waiting: string[] = [];
  let dropped = 0;
  let writing: Promise<void> | undefined;
  let broken = false;

  async function writeAll(): Promise<void> {
    while (waiting.length > 0 && !broken) {
      const lines = waiting;
      waiting = [];
      if (dropped > 0) {
        lines.unshift(`… ${dropped} lines are in the logs only.`);
        dropped = 0;
      }
      let bytes = encoder.encode(lines.join("\n") + "\n");
      try {
        while (bytes.length > 0) {
          bytes = bytes.subarray(await writer.write(bytes));
        }
      } catch {
        // A closed pipe or window must not end the app; the logs go on.
        broken = true;
      }
    }
    writing = undefined;
  }

  return {
    push(line) {
      if (broken) return;
      waiting.push(line);
      if (waiting.length > limit) {
        waiting.shift();
        dropped++;
      }
      writing ??= writeAll();
    },
    async flush(milliseconds) {
      const end = performance.now() + milliseconds;
      while (writing) {
        const left = end - performance.now();
        if (left <= 0 || !await settlesWithin(writing, left)) return;
      }
    },
  };
}
