import { assertEquals } from "@std/assert";
import { indexOfBytes } from "../../build/byte_search.ts";

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
