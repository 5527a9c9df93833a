import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { RotatingLog } from "../../launcher/log.ts";

async function inFolder(act: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("RotatingLog puts the time before each line, and takes colours out", () =>
  inFolder((folder) => {
    const path = join(folder, "x.log");
    using log = new RotatingLog(path, { now: () => new Date(0) });
    log.write("\x1b[31mred\x1b[39m");
    assertEquals(
      Deno.readTextFileSync(path),
      "1970-01-01T00:00:00.000Z red\n",
    );
  }));

Deno.test("RotatingLog goes on where an earlier one ended", () =>
  inFolder((folder) => {
    const path = join(folder, "x.log");
    for (const line of ["one", "two"]) {
      using log = new RotatingLog(path);
      log.write(line);
    }
    assertMatch(Deno.readTextFileSync(path), / one\n.* two\n$/);
  }));

Deno.test("RotatingLog never takes more room than its files may, and keeps the newest lines", () =>
  inFolder((folder) => {
    const path = join(folder, "x.log");
    using log = new RotatingLog(path, { maximumBytes: 1_000, older: 2 });
    for (let number = 0; number < 500; number++) log.write(`line ${number}`);
    const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assertEquals(files, ["x.log", "x.log.1", "x.log.2"]);
    const texts = ["x.log.2", "x.log.1", "x.log"].map((name) =>
      Deno.readTextFileSync(join(folder, name))
    );
    for (const text of texts) assert(text.length <= 1_000, String(text.length));
    const numbers = [...texts.join("").matchAll(/line (\d+)/g)]
      .map(([, number]) => Number(number));
    assertEquals(numbers.at(-1), 499);
    for (const [index, number] of numbers.entries()) {
      assertEquals(number, numbers[0]! + index);
    }
  }));

Deno.test("RotatingLog is no reason to end when it cannot be written", () =>
  inFolder((folder) => {
    using log = new RotatingLog(join(folder, "no", "such", "folder", "x.log"));
    log.write("lost");
  }));
