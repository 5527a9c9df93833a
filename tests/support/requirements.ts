/**
 * Tests that need something this machine may lack.
 *
 * @module
 */
import { testPython } from "./launcher_process.ts";

/** A reason to skip, or undefined. */
export type Missing = string | undefined;

/** Whether a program is on PATH. */
function missingProgram(name: string, probe: string): Missing {
  try {
    new Deno.Command(name, { args: [probe], stdout: "null", stderr: "null" })
      .outputSync();
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `no ${name} on PATH`;
    throw error;
  }
}

/** What the sample app needs from the machine, and is not there. */
export function missingForSampleApp(): Missing {
  if (testPython() === undefined) {
    return "no Python with the app's packages; deno task test prepares one";
  }
  if (Deno.build.os !== "linux") return "looks into /proc, which is Linux'";
  return missingProgram("ffmpeg", "-version") ??
    missingProgram("exiftool", "-ver");
}

/** Registers a test, or a skipped one that says why. */
export function testUnless(
  missing: Missing,
  name: string,
  run: () => Promise<void>,
): void {
  if (missing === undefined) Deno.test(name, run);
  else {
    Deno.test({ name: `${name} (skipped: ${missing})`, ignore: true, fn: run });
  }
}
