import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import {
  copyDurably,
  removeIfThere,
  renameDurably,
  writeDurably,
} from "../../launcher/durable_files.ts";

/** A folder, and what lies in it. */
async function inFolder(
  test: (
    at: (name: string) => string,
    texts: () => Promise<unknown>,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const at = (name: string): string => join(folder, name);
  const texts = async (): Promise<unknown> => {
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    return Object.fromEntries(
      await Promise.all(
        names.map(async (name) => [name, await Deno.readTextFile(at(name))]),
      ),
    );
  };
  try {
    await test(at, texts);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("writeDurably() replaces a file's content and leaves nothing else behind", () =>
  inFolder(async (at, texts) => {
    await writeDurably(at("file"), "a long first content");
    assertEquals(await texts(), { file: "a long first content" });
    await writeDurably(at("file"), "second");
    assertEquals(await texts(), { file: "second" });
  }));

Deno.test("writeDurably() writes over what a crash has left", () =>
  inFolder(async (at, texts) => {
    await Deno.writeTextFile(at("file.new"), "half-written, and far too long");
    await writeDurably(at("file"), "whole");
    assertEquals(await texts(), { file: "whole" });
  }));

Deno.test("copyDurably() leaves the old file until the copy is complete", () =>
  inFolder(async (at, texts) => {
    await Deno.writeTextFile(at("source"), "new");
    await Deno.writeTextFile(at("target"), "old");
    await assertRejects(
      () =>
        copyDurably(at("source"), at("target"), async () => {
          assertEquals(await Deno.readTextFile(at("target.new")), "new");
          assertEquals(await Deno.readTextFile(at("target")), "old");
          throw new Error("stopped");
        }),
      Error,
      "stopped",
    );
    assertEquals(await Deno.readTextFile(at("target")), "old");
    await copyDurably(at("source"), at("target"));
    assertEquals(await texts(), { source: "new", target: "new" });
  }));

Deno.test("renameDurably() tells at once what cannot be mended by waiting", () =>
  inFolder(async (at) => {
    await assertRejects(
      () => renameDurably(at("missing"), at("target")),
      Deno.errors.NotFound,
    );
  }));

Deno.test("removeIfThere() removes a file, and minds none that is not there", () =>
  inFolder(async (at, texts) => {
    await Deno.writeTextFile(at("file"), "text");
    await removeIfThere(at("file"));
    await removeIfThere(at("file"));
    assertEquals(await texts(), {});
    await Deno.mkdir(at("folder"));
    await Deno.writeTextFile(join(at("folder"), "inside"), "text");
    await assertRejects(() => removeIfThere(at("folder")));
  }));
