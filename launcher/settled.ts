/**
 * Waiting for something, but not for ever.
 *
 * @module
 */

/**
 * Tells whether a promise settles in time. Its rejection counts as settling;
 * no timer is left behind.
 *
 * @param promise What is waited for.
 * @param milliseconds How long.
 */
export async function settlesWithin(
  promise: Promise<unknown>,
  milliseconds: number,
): Promise<boolean> {
  let timer: number | undefined;
  const late = new Promise<boolean>((done) => {
    timer = setTimeout(() => done(false), milliseconds);
  });
  const settled = promise.then(() => true, () => true);
  const result = await Promise.race([settled, late]);
  clearTimeout(timer);
  return result;
}
