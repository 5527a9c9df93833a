/**
 * What the launcher asks of the operating system beyond what Deno offers.
 *
 * One interface with two implementations: `windows/platform.ts` calls Windows
 * through Deno's FFI, `platform_posix.ts` does the like on Linux and macOS with
 * what is there. Both are loaded on demand only, so that `--version` opens no
 * library.
 *
 * Every member degrades gracefully: what cannot be found out is `undefined`,
 * and nothing throws. The members use no `this`.
 *
 * @module
 */
import type { PortOwner } from "./ports.ts";

/**
 * What the console or the system tells.
 *
 * - `interrupt`: Ctrl+C, or SIGINT.
 * - `break`: Ctrl+Break.
 * - `close`: the window was closed, or SIGHUP.
 * - `logoff`, `shutdown`: the session ends; on POSIX SIGTERM is `shutdown`.
 */
export type ConsoleEvent =
  | "interrupt"
  | "break"
  | "close"
  | "logoff"
  | "shutdown";

/** What kind of drive a folder lies on. */
export type DriveKind =
  | "fixed"
  | "removable"
  | "network"
  | "optical"
  | "memory";

/** The operating system, as the launcher needs it. */
export interface Platform {
  /**
   * Makes the end of the launcher, however it comes, the end of everything it
   * starts from now on, grandchildren included. On Windows it joins a job object
   * that kills its processes when the last handle to it closes. On POSIX nothing
   * has to be done: the children watch their control pipe.
   *
   * @returns Why that failed, as a sentence; undefined when it did not.
   */
  confineDescendants(): string | undefined;
  /**
   * Ends by force whatever runs below the launcher, except the browser. On POSIX
   * a process and its group are ended by `Deno.kill(-pid)`, and this does nothing.
   */
  endDescendants(): void;
  /**
   * Lets what still runs outlive the launcher: the last thing of a graceful end,
   * when only a browser can be left.
   */
  releaseDescendants(): void;
  /**
   * Listens for the console's events instead of being ended by them. On Windows
   * `close` leaves about 5 s until the process is ended.
   *
   * @returns A function that stops listening.
   */
  onConsoleEvents(handler: (event: ConsoleEvent) => void): () => void;
  /**
   * Sets the window's title, UTF-8, and colours, and keeps a click into the
   * window (QuickEdit) from freezing what writes to it.
   *
   * @returns A function that puts the console back as it was.
   */
  prepareConsole(title: string): () => void;
  /** True when the console's window will close as soon as the launcher ends. */
  openedByDoubleClick(): boolean;
  /** Bytes this user can still write on the disk that `path` lies on. */
  freeSpace(path: string): number | undefined;
  /** The kind of drive that `path` lies on; undefined on POSIX. */
  driveKind(path: string): DriveKind | undefined;
  /**
   * Whether programs that use Windows' ANSI code page can name `text` exactly;
   * undefined where there is no such thing.
   */
  ansiCodePageHolds(text: string): boolean | undefined;
  /** The short (8.3) form of an existing path, where it has one. */
  shortPath(path: string): string | undefined;
  /** The process that listens on a TCP port of this computer, where the system tells. */
  portOwner(port: number): PortOwner | undefined;
  /**
   * Opens a page in the user's browser, which outlives the launcher.
   *
   * @returns False where there is no browser to be opened.
   */
  openBrowser(url: string): boolean;
}

/** Loads the implementation for this operating system. */
export async function loadPlatform(): Promise<Platform> {
  return Deno.build.os === "windows"
    ? (await import("./windows/platform.ts")).windowsPlatform
    : (await import("./platform_posix.ts")).posixPlatform;
}
