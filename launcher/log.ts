/**
 * Log files under logs/ that never outgrow the disk.
 *
 * @module
 */
import { stripAnsiCode } from "@std/fmt/colors";

/** How a log is kept. */
export interface RotatingLogOptions {
  /** Bytes at which a new file is begun. @default {2_000_000} */
  maximumBytes?: number;
  /** How many older files stay. @default {4} */
  older?: number;
  /** @default {() => new Date()} */
  now?: () => Date;
}

/**
 * A log file with a time before each line. `x.log` is the newest, `x.log.1`
 * the one before it. Write errors (a full disk) are swallowed: a log is no
 * reason to end the app.
 */
export class RotatingLog implements Disposable {
  #file: Deno.FsFile | undefined;
  #bytes = 0;
  readonly #maximumBytes: number;
  readonly #older: number;
  readonly #now: () => Date;

  /**
   * Opens the log for appending.
   *
   * @param path The file; its folder must be there.
   * @param options How it is kept.
   */
  constructor(readonly path: string, options: RotatingLogOptions = {}) {
    this.#maximumBytes = options.maximumBytes ?? 2_000_000;
    this.#older = options.older ?? 4;
    this.#now = options.now ?? (() => new Date());
    this.#open();
  }

  #open(): void {
    try {
      this.#file = Deno.openSync(this.path, { append: true, create: true });
      this.#bytes = this.#file.statSync().size;
    } catch {
      this.#file = undefined;
    }
  }

  #rotate(): void {
    this.#file?.close();
    this.#file = undefined;
    try {
      for (let number = this.#older; number > 0; number--) {
        const from = number === 1 ? this.path : `${this.path}.${number - 1}`;
        try {
          Deno.renameSync(from, `${this.path}.${number}`);
        } catch (error) {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
        }
      }
    } catch {
      // Somebody holds a file open (Windows): go on with the one there is.
    }
    this.#open();
  }

  /** Adds one line, without colours, behind the time in UTC. */
  write(line: string): void {
    const bytes = new TextEncoder().encode(
      `${this.#now().toISOString()} ${stripAnsiCode(line)}\n`,
    );
    if (this.#bytes > 0 && this.#bytes + bytes.length > this.#maximumBytes) {
      this.#rotate();
    }
    try {
      this.#file?.writeSync(bytes);
      this.#bytes += bytes.length;
    } catch {
      // See above: a full disk.
    }
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
