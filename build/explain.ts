/**
 * Turns an error into what the user is told, and an exit code.
 *
 * @module
 */
import { UserError } from "../launcher/user_error.ts";
import type { Reporter } from "./progress.ts";
import { CommandError } from "./subprocess.ts";

/** The exit code of a fault of the build itself (EX_SOFTWARE). */
const faultExitCode = 70;

/** Whether a write failed because the disk, or the user's share of it, is full. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return code === "ENOSPC" || code === "EDQUOT" ||
    // ENOSPC, EDQUOT on Linux and macOS, ERROR_DISK_FULL.
    /os error (?:28|122|69|112)\)/.test(error.message);
}

/**
 * What is said of an error.
 *
 * @returns The exit code.
 */
export function explain(error: unknown, reporter: Reporter): number {
  if (isDiskFull(error)) {
    reporter.line(
      "The disk is full. Free a few gigabytes, or name other folders with --cache and --out.",
    );
    return 1;
  }
  if (error instanceof UserError) {
    reporter.line(error.message);
    return error.exitCode;
  }
  if (error instanceof CommandError) {
    reporter.line(
      `${error.message}\nCheck the network and run the build again.`,
    );
    return 1;
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    reporter.line(
      `${error.message}. Name folders you may write to with --cache and --out.`,
    );
    return 1;
  }
  reporter.line("This is a fault of the build itself. Please report it:");
  reporter.line(
    error instanceof Error ? error.stack ?? error.message : String(error),
  );
  return faultExitCode;
}
