/**
 * What the user sees. Nothing else of the launcher writes to the terminal.
 *
 * @module
 */
import {
  bold,
  cyan,
  getColorEnabled,
  green,
  magenta,
  red,
  setColorEnabled,
  stripAnsiCode,
  yellow,
} from "@std/fmt/colors";
import { type LineQueue, lineQueue } from "./line_queue.ts";
import type { RotatingLog } from "./log.ts";

/** The two processes of the app. */
export type ProcessName = "server" | "worker";

/** The launcher's voice: the terminal and logs/launcher.log. */
export interface Console {
  /** Something that happened. */
  say(line: string): void;
  /** Something to look at, e.g. the page's address. */
  highlight(line: string): void;
  /** Something that may go wrong. */
  warn(line: string): void;
  /** Something that did go wrong. */
  fail(line: string): void;
  /** A line that a process of the app printed. */
  fromProcess(name: ProcessName, line: string): void;
  /** Writes to this log from now on too. */
  attachLog(log: RotatingLog): void;
  /** That log's file. */
  readonly logPath: string | undefined;
  /** Waits for the terminal to take what was said. */
  flush(): Promise<void>;
}

const prefixes: Record<ProcessName, (text: string) => string> = {
  server: cyan,
  worker: magenta,
};

/**
 * Drops what a process could use to repaint or retitle the user's terminal,
 * keeping colours where they are wanted.
 */
export function tameLine(line: string, colours: boolean): string {
  const shown = colours ? line : stripAnsiCode(line);
  return shown.replace(
    // deno-lint-ignore no-control-regex
    /\x1b(?!\[[0-9;]*m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]/g,
    "",
  );
}

/** What {@linkcode openConsole} decides on. */
export interface ConsoleOptions {
  /** True where stdout is a terminal that shows colours. */
  colours: boolean;
  /** @default {lineQueue(Deno.stdout)} */
  out?: LineQueue;
  /** @default {lineQueue(Deno.stderr)} */
  errors?: LineQueue;
}

/** Opens the launcher's voice. */
export function openConsole(options: ConsoleOptions): Console {
  // NO_COLOR has turned colours off already where it is set.
  setColorEnabled(options.colours && getColorEnabled());
  const colours = getColorEnabled();
  const out = options.out ?? lineQueue(Deno.stdout);
  const errors = options.errors ?? lineQueue(Deno.stderr);
  let log: RotatingLog | undefined;

  const keep = (line: string) => log?.write(line);
  return {
    say(line) {
      keep(line);
      out.push(line);
    },
    highlight(line) {
      keep(line);
      out.push(bold(green(line)));
    },
    warn(line) {
      keep(`Warning: ${line}`);
      out.push(yellow(`Warning: ${line}`));
    },
    fail(line) {
      keep(`Error: ${line}`);
      // It may quote the last lines of a process.
      errors.push(red(tameLine(line, colours)));
    },
    fromProcess(name, line) {
      out.push(`${prefixes[name](`${name} |`)} ${tameLine(line, colours)}`);
    },
    attachLog(opened) {
      log = opened;
    },
    get logPath() {
      return log?.path;
    },
    async flush() {
      await Promise.all([out.flush(2_000), errors.flush(2_000)]);
    },
  };
}
