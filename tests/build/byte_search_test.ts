import { assertEquals } from "@std/assert";
import { findEachBytes, indexOfBytes } from "../../build/byte_search.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("indexOfBytes() finds what String's indexOf finds", () => {
  // A two-letter alphabet makes many near matches.
  const texts = Array.from(
    { length: 64 },
    (_, number) => number.toString(2).padStart(6, "0"),
  );
  const haystack = texts.join("");
  for (let length = 1; length <= 12; length++) {
    for (let start = 0; start + length < 128; start++) {
      const needle = haystack.slice(start, start + length);
      for (const from of [0, start, start + 1]) {
        assertEquals(
          indexOfBytes(bytes(haystack), bytes(needle), from),
          haystack.indexOf(needle, from),
        );
      }
    }
  }
});

Deno.test("indexOfBytes() finds nothing where there is nothing", () => {
  assertEquals(indexOfBytes(bytes("abc"), bytes("abcd")), -1);
  assertEquals(indexOfBytes(bytes("abc"), bytes("")), -1);
  assertEquals(indexOfBytes(new Uint8Array(), bytes("a")), -1);
  assertEquals(
    indexOfBytes(Uint8Array.of(0, 255, 254), Uint8Array.of(255, 254)),
    1,
  );
});

Deno.test("findEachBytes() finds each place of every needle in one pass", () => {
  const alphabet = ["a", "b", "\0"];
  const haystack = Array.from(
    { length: 600 },
    (_, index) => alphabet[(index * index + (index >> 3)) % 3]!,
  ).join("");
  for (
    const needles of [
      ["ab", "abab", "b\0a"],
      ["a\0", "b\0", "\0a\0b"],
      ["\0\0", "a", "a"],
      ["aab", ""],
      [],
    ]
  ) {
    const expected: [number, number][] = [];
    for (let at = 0; at < haystack.length; at++) {
      for (const [index, needle] of needles.entries()) {
        if (needle !== "" && haystack.startsWith(needle, at)) {
          expected.push([at, index]);
        }
      }
    }
    assertEquals(
      [...findEachBytes(bytes(haystack), needles.map(bytes))]
        .map(({ at, needle }) => [at, needle]),
      expected,
    );
  }
});
