import { assertEquals } from "@std/assert";
import { decideRestart } from "../../launcher/restart_policy.ts";

Deno.test("decideRestart() pauses longer with each failure, and gives up at the fifth within a minute", () => {
  const failures: number[] = [];
  const pauses = [250, 500, 1000, 2000];
  for (const pause of pauses) {
    failures.push(failures.length * 1000);
    assertEquals(decideRestart(failures), { action: "restart", pause });
  }
  failures.push(4000);
  assertEquals(decideRestart(failures), { action: "give-up" });
});

Deno.test("decideRestart() forgets failures that are more than a minute old", () => {
  const hourly = Array.from({ length: 20 }, (_, hour) => hour * 3_600_000);
  assertEquals(decideRestart(hourly), { action: "restart", pause: 250 });
  assertEquals(decideRestart([0, 1, 2, 3, 60_002]).action, "restart");
  assertEquals(decideRestart([0, 1, 2, 3, 59_999]).action, "give-up");
});
