import { assertEquals } from "@std/assert";
import { lineQueue } from "../../launcher/line_queue.ts";

/** A writer that keeps what it gets, and stops whenever it is told to. */
function stallingWriter() {
  let text = "";
  let gate = Promise.withResolvers<void>();
  gate.resolve();
  return {
    text: () => text,
    stall: () => gate = Promise.withResolvers<void>(),
    goOn: () => gate.resolve(),
    async write(bytes: Uint8Array): Promise<number> {
      await gate.promise;
      // Never all at once: a pipe takes what it has room for.
      const some = bytes.subarray(0, Math.min(bytes.length, 1000));
      text += new TextDecoder().decode(some);
      return some.length;
    },
  };
}

Deno.test("lineQueue() writes all lines in order", async () => {
  const writer = stallingWriter();
  const queue = lineQueue(writer);
  const lines = Array.from({ length: 500 }, (_, number) => `line ${number}`);
  for (const line of lines) queue.push(line);
  await queue.flush(10_000);
  assertEquals(writer.text(), lines.join("\n") + "\n");
});

Deno.test("lineQueue() never waits for a writer that stalls, and counts what it drops", async () => {
  const writer = stallingWriter();
  const queue = lineQueue(writer, 10);
  writer.stall();
  queue.push("first");
  for (let number = 0; number < 100; number++) queue.push(`line ${number}`);
  await queue.flush(1);
  assertEquals(writer.text(), "");
  writer.goOn();
  await queue.flush(10_000);
  const lines = writer.text().trimEnd().split("\n");
  assertEquals(lines[0], "first");
  assertEquals(lines[1], "… 90 lines are in the logs only.");
  assertEquals(
    lines.slice(2),
    [90, 91, 92, 93, 94, 95, 96, 97, 98, 99].map((n) => `line ${n}`),
  );
});

Deno.test("lineQueue() lives on when its writer is gone", async () => {
  const queue = lineQueue({
    write: () => Promise.reject(new Deno.errors.BrokenPipe("gone")),
  });
  queue.push("a");
  await queue.flush(1_000);
  queue.push("b");
  await queue.flush(1_000);
});
