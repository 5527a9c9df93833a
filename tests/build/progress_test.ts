import { assertEquals } from "@std/assert";
import { makeReporter } from "../../build/progress.ts";
import { explain, isDiskFull } from "../../build/explain.ts";
import { UserError } from "../../launcher/user_error.ts";

/** Collects what is written. */
function makeSink(terminal: boolean) {
  let text = "";
  return {
    isTerminal: () => terminal,
    writeSync: (bytes: Uint8Array) => {
      text += new TextDecoder().decode(bytes);
      return bytes.length;
    },
    get text() {
      return text;
    },
  };
}

Deno.test("makeReporter() writes plain lines where there is no terminal", () => {
  const sink = makeSink(false);
  const reporter = makeReporter(sink);
  const task = reporter.task("Downloading");
  task.update(1, 2);
  reporter.line("A line");
  task.end();
  assertEquals(sink.text, "Downloading\nA line\n");
});

Deno.test("makeReporter() keeps one changing line below the others on a terminal", () => {
  const sink = makeSink(true);
  const reporter = makeReporter(sink, () => 30);
  const task = reporter.task("Downloading");
  reporter.line("A line");
  task.update(1_000_000, 2_000_000);
  task.end();
  assertEquals(
    sink.text,
    "Downloading" +
      "\r\x1b[KA line\nDownloading" +
      "\r\x1b[KDownloading: 1 MB of 2 MB" +
      "\r\x1b[K",
  );
});

Deno.test("makeReporter() cuts the changing line to the terminal's width", () => {
  const sink = makeSink(true);
  makeReporter(sink, () => 10).task("A very long name");
  assertEquals(sink.text, "A very lo");
});

Deno.test("explain() tells a user's error, a full disk and a fault apart", () => {
  const told = (error: unknown): [number, string] => {
    const lines: string[] = [];
    const reporter = {
      line: (text: string) => lines.push(text),
      task: () => ({ update: () => {}, end: () => {} }),
    };
    return [explain(error, reporter), lines[0]!];
  };
  assertEquals(told(new UserError("It is so.", "Do this.")), [
    1,
    "It is so. Do this.",
  ]);
  assertEquals(told(new RangeError("odd"))[0], 70);
  const full = Object.assign(new Error("No space left on device"), {
    code: "ENOSPC",
  });
  assertEquals(isDiskFull(full), true);
  assertEquals(told(full)[1].startsWith("The disk is full."), true);
});
