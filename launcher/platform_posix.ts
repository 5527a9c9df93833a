/**
 * The {@linkcode Platform} on Linux and macOS.
 *
 * Much of it has nothing to do here: the children end with their control pipe
 * and lead process groups of their own, a terminal cannot be frozen by a click,
 * and file names are bytes for everybody.
 *
 * @module
 */
import { statfsSync } from "node:fs";
import { findPortOwner } from "./linux_port_owner.ts";
import type { ConsoleEvent, Platform } from "./platform.ts";

const signals: ReadonlyArray<readonly [Deno.Signal, ConsoleEvent]> = [
  ["SIGINT", "interrupt"],
  ["SIGHUP", "close"],
  ["SIGTERM", "shutdown"],
];

function onConsoleEvents(handler: (event: ConsoleEvent) => void): () => void {
  const added = signals.map(([signal, event]) => {
    const listener = () => handler(event);
    Deno.addSignalListener(signal, listener);
    return () => Deno.removeSignalListener(signal, listener);
  });
  return () => added.forEach((remove) => remove());
}

function freeSpace(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/**
 * The program that opens a page in the user's browser.
 *
 * @param os The operating system.
 * @param environment The variables that tell of a graphical session.
 * @returns Undefined where no window could appear: `xdg-open` would then start a
 * browser for the terminal, into the midst of the launcher's output.
 */
export function browserOpener(
  os: typeof Deno.build.os,
  environment: { DISPLAY?: string; WAYLAND_DISPLAY?: string },
): string | undefined {
  if (os === "darwin") return "open";
  return environment.DISPLAY || environment.WAYLAND_DISPLAY
    ? "xdg-open"
    : undefined;
}

function openBrowser(url: string): boolean {
  const variables: Record<string, string> = {};
  for (const name of ["DISPLAY", "WAYLAND_DISPLAY"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) variables[name] = value;
  }
  const opener = browserOpener(Deno.build.os, variables);
  if (opener === undefined) return false;
  try {
    // A session of its own: neither Ctrl+C nor the launcher's end reach it.
    new Deno.Command(opener, {
      args: [url],
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn().unref();
    return true;
  } catch {
    return false;
  }
}

/** Linux and macOS. */
export const posixPlatform: Platform = {
  confineDescendants: () => undefined,
  endDescendants: () => {},
  releaseDescendants: () => {},
  onConsoleEvents,
  prepareConsole: () => () => {},
  openedByDoubleClick: () => false,
  freeSpace,
  driveKind: () => undefined,
  ansiCodePageHolds: () => undefined,
  shortPath: () => undefined,
  portOwner: (port) =>
    Deno.build.os === "linux" ? findPortOwner(port) : undefined,
  openBrowser,
};
