/**
 * Builds a bundle anew in other circumstances and compares the bytes.
 *
 * @module
 */
import type { BuildOptions } from "./flags.ts";
import type { Reporter } from "./progress.ts";

/** Placeholder of the comparison. */
export function checkReproducible(
  _options: BuildOptions,
  _reporter: Reporter,
  _signal: AbortSignal,
): Promise<void> {
  return Promise.resolve();
}
