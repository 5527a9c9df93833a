/**
 * The {@linkcode Platform} on Windows.
 *
 * @module
 */
import type { Platform } from "../platform.ts";
import { browserOpeners, openBrowser } from "./browser.ts";
import { onConsoleEvents } from "./console_events.ts";
import { prepareConsole } from "./console_mode.ts";
import { openedByDoubleClick } from "./console_window.ts";
import { ansiCodePageHolds, shortPath } from "./file_names.ts";
import {
  confineDescendants,
  endDescendants,
  releaseDescendants,
} from "./job_object.ts";
import { portOwner } from "./port_owner.ts";
import { driveKind, freeSpace } from "./volumes.ts";

/** Windows. */
export const windowsPlatform: Platform = {
  confineDescendants,
  endDescendants: () => endDescendants(browserOpeners()),
  releaseDescendants,
  onConsoleEvents,
  prepareConsole,
  openedByDoubleClick,
  freeSpace,
  driveKind,
  ansiCodePageHolds,
  shortPath,
  portOwner,
  openBrowser,
};
