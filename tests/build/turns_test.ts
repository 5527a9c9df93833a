import { assertEquals, assertRejects } from "@std/assert";
import { Turns } from "../../build/turns.ts";

Deno.test("Turns lets one thing happen at a time, in the order of asking", async () => {
  const turns = new Turns();
  const order: string[] = [];
  const act = (name: string) => async (): Promise<string> => {
    order.push(`${name} begins`);
    await Promise.resolve();
    order.push(`${name} ends`);
    return name;
  };
  assertEquals(
    await Promise.all([turns.take(act("one")), turns.take(act("two"))]),
    ["one", "two"],
  );
  assertEquals(order, ["one begins", "one ends", "two begins", "two ends"]);
});

Deno.test("Turns goes on after a failure, which only who asked hears of", async () => {
  const turns = new Turns();
  const failing = turns.take(() => Promise.reject(new Error("full")));
  const next = turns.take(() => Promise.resolve("done"));
  await assertRejects(() => failing, Error, "full");
  assertEquals(await next, "done");
});
