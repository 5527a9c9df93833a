/**
 * When a worker that died is started again, and when that is given up.
 *
 * @module
 */

/** Failures within the window at which the launcher gives up. */
export const failureLimit = 5;

/** The window in milliseconds. */
export const failureWindow = 60_000;

/** What to do after a failure. */
export type RestartDecision =
  | { action: "restart"; pause: number }
  | { action: "give-up" };

/**
 * Decides after a failure. The pause doubles with each failure within the
 * window, from 0.25 s on; a worker that held out longer starts afresh.
 *
 * @param failures Times of all failures so far, this one last, in milliseconds.
 */
export function decideRestart(failures: readonly number[]): RestartDecision {
  const now = failures.at(-1) ?? 0;
  const recent = failures.filter((time) => now - time < failureWindow).length;
  if (recent >= failureLimit) return { action: "give-up" };
  return { action: "restart", pause: 250 * 2 ** Math.max(0, recent - 1) };
}
