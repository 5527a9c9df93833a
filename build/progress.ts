/**
 * Tells what the build is doing: on a terminal one line that changes, elsewhere
 * plain lines. All of it goes to stderr; stdout is for the result.
 *
 * @module
 */
import { format as formatBytes } from "@std/fmt/bytes";

/** Work whose progress is shown. */
export interface Task {
  /** Tells how far it is; `total` where that is known. In bytes. */
  update(done: number, total: number | undefined): void;
  end(): void;
}

/** Where progress goes. */
export interface Reporter {
  /** Shows a line that stays. */
  line(text: string): void;
  /** Shows that something is being done. */
  task(name: string): Task;
}

/** The part of `Deno.stderr` that is used. */
export interface TextSink {
  isTerminal(): boolean;
  writeSync(bytes: Uint8Array): number;
}

/** Milliseconds between two looks of the changing line. */
const refreshInterval = 100;

/**
 * Makes a reporter.
 *
 * @param sink Where to write.
 * @param columns Width of the terminal.
 */
export function makeReporter(
  sink: TextSink = Deno.stderr,
  columns: () => number = () => Deno.consoleSize().columns,
): Reporter {
  const encoder = new TextEncoder();
  const write = (text: string): void => {
    const bytes = encoder.encode(text);
    for (let done = 0; done < bytes.length;) {
      done += sink.writeSync(bytes.subarray(done));
    }
  };
  if (!sink.isTerminal()) {
    return {
      line: (text) => write(`${text}\n`),
      task: (name) => {
        write(`${name}\n`);
        return { update: () => {}, end: () => {} };
      },
    };
  }
  const states = new Map<symbol, string>();
  let shown = false;
  let last = 0;
  const clear = (): void => {
    if (shown) write("\r\x1b[K");
    shown = false;
  };
  const draw = (): void => {
    const text = [...states.values()].join(" · ");
    clear();
    if (text === "") return;
    write(text.slice(0, Math.max(1, columns() - 1)));
    shown = true;
  };
  return {
    line: (text) => {
      clear();
      write(`${text}\n`);
      draw();
    },
    task: (name) => {
      const id = Symbol();
      states.set(id, name);
      draw();
      return {
        update: (done, total) => {
          const of = total === undefined ? "" : ` of ${formatBytes(total)}`;
          states.set(id, `${name}: ${formatBytes(done)}${of}`);
          const now = Date.now();
          if (now - last < refreshInterval) return;
          last = now;
          draw();
        },
        end: () => {
          states.delete(id);
          draw();
        },
      };
    },
  };
}
