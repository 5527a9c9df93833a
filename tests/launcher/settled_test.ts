import { assertEquals } from "@std/assert";
import { settlesWithin } from "../../launcher/settled.ts";

Deno.test("settlesWithin() tells what settles from what does not, and leaves no timer", async () => {
  assertEquals(await settlesWithin(Promise.resolve(1), 60_000), true);
  assertEquals(await settlesWithin(Promise.reject(new Error()), 60_000), true);
  assertEquals(await settlesWithin(new Promise(() => {}), 1), false);
});
