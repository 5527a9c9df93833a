/** Declarations of `@std/text/closest-string`. */
export interface ClosestStringOptions {
  caseSensitive?: boolean;
  compareFn?: (a: string, b: string) => number;
}
export function closestString(
  givenWord: string,
  possibleWords: ReadonlyArray<string>,
  options?: ClosestStringOptions,
): string;
