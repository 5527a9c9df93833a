import { assertEquals } from "@std/assert";
import { differences } from "../../build/reproducible.ts";
import { TemporaryFolder } from "./temporary_folder.ts";
import { makeZip } from "./zip_maker.ts";

Deno.test("differences() names each entry and what differs", async () => {
  using folder = new TemporaryFolder();
  const text = "the same text, the same text";
  const first = folder.write(
    "first.zip",
    makeZip([
      { name: "same", data: text },
      { name: "content", data: "one" },
      { name: "compression", data: text },
      { name: "gone", data: "" },
    ]),
  );
  const second = folder.write(
    "second.zip",
    makeZip([
      { name: "new", data: "" },
      { name: "compression", data: text, method: 0 },
      { name: "content", data: "two" },
      { name: "same", data: text },
    ]),
  );
  assertEquals(await differences(first, second), [
    "content (its content)",
    "compression (its compression)",
    "gone (only in the first)",
    "new (only in the second)",
  ]);
  assertEquals(await differences(first, first), []);
});
