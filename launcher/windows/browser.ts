/**
 * Opens the page in the user's browser.
 *
 * Whatever the launcher starts is in its job object and ends with it; the browser
 * must not. `explorer.exe URL` only hands the address to the Explorer that runs
 * the desktop, and that one starts the browser, as its own child. Should Windows
 * do otherwise, the process ids kept here spare the browser a forced end.
 *
 * @module
 */
import { join } from "@std/path/windows";
import { systemFolder } from "./ffi.ts";

/** The process ids of the explorer.exe that were started. */
const started = new Set<number>();

/** The processes below which a browser may run. */
export function browserOpeners(): ReadonlySet<number> {
  return started;
}

/** Opens a page. @returns False where Explorer cannot be started. */
export function openBrowser(url: string): boolean {
  try {
    const child = new Deno.Command(join(systemFolder(), "explorer.exe"), {
      // Explorer takes its command line apart at commas and equals signs,
      // except between quotes.
      args: [`"${new URL(url).href}"`],
      windowsRawArguments: true,
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
    child.unref();
    started.add(child.pid);
    return true;
  } catch {
    return false;
  }
}
