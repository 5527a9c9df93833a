/**
 * Lets one thing happen at a time, in the order of asking: what takes so much
 * memory that two of its kind at once would be too much.
 *
 * @module
 */

/** A queue of things that wait for each other. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Does something when all that asked before is done, whether it failed or not.
   *
   * @param act What to do; it must not itself wait for a turn.
   * @throws What `act` throws.
   */
  take<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(act);
    this.#last = result.catch(() => {});
    return result;
  }
}
