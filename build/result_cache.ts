/**
 * Results of checks, kept from one build to the next in one piece of JSON.
 *
 * A key holds the content's hash, so that nothing goes stale; what a build did
 * not ask for is dropped, so that it does not grow either.
 *
 * @module
 */
import type { ResultCache } from "./bundle_checks.ts";

/** A cache in memory that remembers which of its results were used. */
export class UsedResults implements ResultCache {
  readonly #kept = new Map<string, string>();
  readonly #used = new Map<string, string>();

  /** @param kept What {@linkcode UsedResults.toJSON} gave in an earlier build; anything else counts as empty. */
  constructor(kept: unknown) {
    if (typeof kept !== "object" || kept === null) return;
    for (const [key, value] of Object.entries(kept)) {
      if (typeof value === "string") this.#kept.set(key, value);
    }
  }

  /** The result under `key`. */
  get(key: string): string | undefined {
    const value = this.#used.get(key) ?? this.#kept.get(key);
    if (value !== undefined) this.#used.set(key, value);
    return value;
  }

  /** Keeps a result under `key`. */
  set(key: string, value: string): void {
    this.#used.set(key, value);
  }

  /** Every result of this build, as plain data. */
  toJSON(): Record<string, string> {
    return Object.fromEntries(this.#used);
  }
}
