/**
 * Finds bytes in bytes, for programs of a hundred megabytes.
 *
 * Turning such a program into text to search it takes several times as long as
 * the search (Boyer-Moore-Horspool, which looks at few of the bytes).
 *
 * @module
 */

/**
 * The first place of `needle` in `haystack`.
 *
 * @param from Where to begin.
 * @returns The index, or -1; an empty needle is nowhere.
 */
export function indexOfBytes(
  haystack: Uint8Array,
  needle: Uint8Array,
  from = 0,
): number {
  const last = needle.length - 1;
  if (last < 0) return -1;
  const skip = new Int32Array(256).fill(needle.length);
  for (let index = 0; index < last; index++) {
    skip[needle[index]!] = last - index;
  }
  for (
    let end = from + last;
    end < haystack.length;
    end += skip[haystack[end]!]!
  ) {
    let back = 0;
    while (back <= last && haystack[end - back] === needle[last - back]) back++;
    if (back > last) return end - last;
  }
  return -1;
}
