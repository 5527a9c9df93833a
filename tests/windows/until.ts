/**
 * Waiting, with an end: a test that cannot succeed any more says so.
 *
 * @module
 */
import { delay } from "@std/async/delay";

/** Far beyond what a busy machine needs. */
const longest = 120_000;

/**
 * Waits until something holds.
 *
 * @param what What is waited for, for the error.
 * @returns What `condition` gave.
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
): Promise<NonNullable<T>> {
  const end = performance.now() + longest;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (performance.now() > end) throw new Error(`Waited in vain: ${what}`);
    await delay(50);
  }
}
