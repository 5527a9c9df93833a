import { assertEquals } from "@std/assert";
import { openConsole, tameLine } from "../../launcher/console.ts";

Deno.test("tameLine() keeps colours where they are wanted, and nothing that repaints the screen", () => {
  const line = "\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b[2J\x9b2J\x08tab\there";
  assertEquals(tameLine(line, true).includes("\x1b[31mred"), true);
  for (const colours of [true, false]) {
    const tame = tameLine(line, colours);
    for (const wild of ["\x1b]", "\x1b[2J", "\x9b", "\x07", "\x08"]) {
      assertEquals(tame.includes(wild), false, JSON.stringify(tame));
    }
    assertEquals(tame.includes("tab\there"), true);
  }
  assertEquals(tameLine(line, false).includes("\x1b"), false);
});

Deno.test("openConsole() tells who said what, errors apart, without colours in a pipe", () => {
  const out: string[] = [];
  const errors: string[] = [];
  const queue = (lines: string[]) => ({
    push: (line: string) => void lines.push(line),
    flush: () => Promise.resolve(),
  });
  const console = openConsole({
    colours: false,
    out: queue(out),
    errors: queue(errors),
  });
  console.say("hello");
  console.highlight("look");
  console.warn("careful");
  console.fromProcess("worker", "done");
  console.fail("broken \x1b]0;title\x07\x1b[31mhere");
  assertEquals(out, ["hello", "look", "Warning: careful", "worker | done"]);
  assertEquals(errors, ["broken here"]);
});
