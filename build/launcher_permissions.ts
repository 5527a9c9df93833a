/**
 * What the compiled launcher may do, and why: the one list that `deno compile`
 * gets.
 *
 * @module
 */

import { readableVariables } from "../launcher/variables.ts";

/** One permission of the launcher. */
export interface Permission {
  flag: string;
  /** What the launcher needs it for. */
  reason: string;
}

/** Everything the launcher may do; what is not here it may not. */
export const launcherPermissions: readonly Permission[] = [
  {
    flag: "--allow-read",
    reason:
      "its own folder, wherever that was unzipped, the database and the logs",
  },
  {
    flag: "--allow-write",
    reason: ".env, instance/, storage/ and logs/ in that folder",
  },
  {
    flag: "--allow-net",
    reason:
      "polls the server it started and holds its own control port; the host and port are the user's choice",
  },
  {
    flag: `--allow-env=${readableVariables.join(",")}`,
    reason: "the settings, and where things are",
  },
  {
    flag: "--allow-run",
    reason:
      "Python, ExifTool and FFmpeg from its own folder, whose path is known only there",
  },
  {
    flag: "--allow-ffi",
    reason:
      "Windows' job objects, console events and short paths; where Windows lies is known only there",
  },
  {
    flag: "--allow-sys=osRelease,statfs",
    reason: "the system's version for `doctor`, and how full the disk is",
  },
];

/** The arguments of `deno compile`. */
export function permissionFlags(): string[] {
  return ["--no-prompt", ...launcherPermissions.map(({ flag }) => flag)];
}
