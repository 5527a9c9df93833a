/**
 * Finds bytes in bytes, for programs of a hundred megabytes.
 *
 * Turning such a program into text to search it takes several times as long as
 * the search (Boyer-Moore-Horspool, which looks at few of the bytes), and so
 * does one search after another where several texts are sought.
 *
 * @module
 */

/** Where something was found. */
export interface FoundBytes {
  at: number;
  /** Which of those that were sought, by its index. */
  needle: number;
}

/**
 * Every place of each of `needles` in `haystack`, in one pass.
 *
 * @param needles What is sought; an empty one is nowhere.
 * @param from Where to begin.
 */
export function* findEachBytes(
  haystack: Uint8Array,
  needles: readonly Uint8Array[],
  from = 0,
): Generator<FoundBytes> {
  const sought = [...needles.entries()].filter(([, bytes]) => bytes.length > 0);
  if (sought.length === 0) return;
  // Horspool's window is as long as the shortest needle.
  let last = Math.min(...sought.map(([, bytes]) => bytes.length)) - 1;
  // Zeros fill programs; a window that ends with one would be compared all the time.
  if (last > 0 && sought.some(([, bytes]) => bytes[last] === 0)) last--;
  const skip = new Int32Array(256).fill(last + 1);
  const endsWindow = new Uint8Array(256);
  for (const [, bytes] of sought) {
    for (let index = 0; index < last; index++) {
      skip[bytes[index]!] = Math.min(skip[bytes[index]!]!, last - index);
    }
    endsWindow[bytes[last]!] = 1;
  }
  for (
    let end = from + last;
    end < haystack.length;
    end += skip[haystack[end]!]!
  ) {
    if (endsWindow[haystack[end]!] === 0) continue;
    const at = end - last;
    for (const [needle, bytes] of sought) {
      if (beginsAt(haystack, at, bytes)) yield { at, needle };
    }
  }
}

/** Whether `needle` stands at a place of `haystack`. */
function beginsAt(
  haystack: Uint8Array,
  at: number,
  needle: Uint8Array,
): boolean {
  for (let index = 0; index < needle.length; index++) {
    if (haystack[at + index] !== needle[index]) return false;
  }
  return true;
}

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
  for (const { at } of findEachBytes(haystack, [needle], from)) return at;
  return -1;
}
