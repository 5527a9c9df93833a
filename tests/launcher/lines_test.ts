import { assert, assertEquals } from "@std/assert";
import { linesOf } from "../../launcher/lines.ts";

async function lines(...chunks: (string | Uint8Array<ArrayBuffer>)[]) {
  const bytes = chunks.map((chunk) =>
    typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk
  );
  return await Array.fromAsync(linesOf(ReadableStream.from(bytes)));
}

Deno.test("linesOf() takes Windows' and everybody's line ends, wherever chunks part", async () => {
  assertEquals(await lines("a\r\nb\nc"), ["a", "b", "c"]);
  assertEquals(await lines("a", "b\r", "\nc\n"), ["ab", "c"]);
  assertEquals(await lines("\n\n"), ["", ""]);
  assertEquals(await lines(), []);
});

Deno.test("linesOf() puts a letter together that chunks took apart", async () => {
  const [first = 0, second = 0] = new TextEncoder().encode("ü");
  assertEquals(
    await lines(new Uint8Array([first]), new Uint8Array([second, 10])),
    ["ü"],
  );
});

Deno.test("linesOf() passes an endless line on in pieces", async () => {
  const long = "x".repeat(40_000);
  for (const chunks of [[long, "\nend\n"], [`${long}\nend\n`]]) {
    const pieces = await lines(...chunks);
    assertEquals(pieces.at(-1), "end");
    assertEquals(pieces.slice(0, -1).join(""), long);
    for (const piece of pieces) {
      if (piece.length > 16_384) throw new Error(`${piece.length} characters`);
    }
  }
});

Deno.test("linesOf() takes no character apart", async () => {
  const long = `x${"📷".repeat(20_000)}`;
  for (const piece of await lines(long)) {
    assert(piece.isWellFormed());
  }
});

Deno.test("linesOf() goes on after bytes that are no UTF-8, and after a line's redrawings", async () => {
  assertEquals(
    await lines(new Uint8Array([97, 0xff, 98, 10]), "c\n"),
    ["a\uFFFDb", "c"],
  );
  assertEquals(await lines("1%\r2%\r", "3%\r\n"), ["1%", "2%", "3%"]);
});
