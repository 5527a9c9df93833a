import {
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { join } from "@std/path";
import {
  ensureDotenv,
  freshKey,
  planDotenv,
  readDotenv,
} from "../../launcher/dotenv.ts";
import { UserError } from "../../launcher/user_error.ts";

const key = "k".repeat(64);
const good = "SECRET_KEY=0123456789abcdef0123456789abcdef\n";

Deno.test("planDotenv() makes a file with a key where there is none", () => {
  const plan = planDotenv(undefined, key);
  if (plan.action !== "write") throw new Error(plan.action);
  assertMatch(plan.text, new RegExp(`^SECRET_KEY=${key}$`, "m"));
});

Deno.test("planDotenv() never changes a key that is good", () => {
  for (
    const text of [
      good,
      `# mine\nexport ${good}`,
      good.trim(),
      good.replace("\n", "\r\n"),
      `PORT=1\n${good}OTHER=2\n`,
    ]
  ) assertEquals(planDotenv(text, key), { action: "keep" });
});

Deno.test("planDotenv() takes out the mark that hides the first line from the app, and nothing else", () => {
  const text = `${good}OTHER=2\r\n`;
  assertEquals(planDotenv(`\uFEFF${text}`, key), { action: "write", text });
});

Deno.test("planDotenv() adds a key to a file without one, and keeps the rest", () => {
  for (const text of ["PORT=1", "PORT=1\n", "SECRET_KEY=\nPORT=1\n"]) {
    const plan = planDotenv(text, key);
    assertEquals(plan, {
      action: "write",
      text: `PORT=1\nSECRET_KEY=${key}\n`,
    });
  }
});

Deno.test("planDotenv() refuses keys that everybody could know, and what is no text", () => {
  for (
    const text of [
      "SECRET_KEY=change-me-to-something-long",
      "SECRET_KEY=your-secret-key-here-please",
      "SECRET_KEY=tooshort",
      "SECRET_KEY=\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    ]
  ) assertEquals(planDotenv(text, key).action, "refuse", text);
});

Deno.test("freshKey() has 256 random bits", () => {
  assertMatch(freshKey(), /^[0-9a-f]{64}$/);
  assertNotEquals(freshKey(), freshKey());
});

Deno.test("ensureDotenv() makes the file once, for its owner alone, and leaves nothing beside it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, ".env");
    await ensureDotenv(path);
    const first = await Deno.readTextFile(path);
    await ensureDotenv(path);
    assertEquals(await Deno.readTextFile(path), first);
    if (Deno.build.os !== "windows") {
      assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
    }
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), [
      ".env",
    ]);
    assertMatch((await readDotenv(path)).SECRET_KEY!, /^[0-9a-f]{64}$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ensureDotenv() refuses a file of no use and leaves it as it is", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, ".env");
    const bytes = new Uint8Array([0xff, 0xfe, 0x41]);
    await Deno.writeFile(path, bytes);
    await assertRejects(() => ensureDotenv(path), UserError, "UTF-8");
    assertEquals(await Deno.readFile(path), bytes);
    await Deno.remove(path);
    await Deno.mkdir(path);
    await assertRejects(() => ensureDotenv(path), UserError, "cannot be read");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readDotenv() reads the first line of a file that an editor put a mark before", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "\uFEFFA=1\nB=2\n");
    assertEquals(await readDotenv(path), { A: "1", B: "2" });
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("readDotenv() finds no variables where there is no file", async () => {
  assertEquals(await readDotenv("no/such/.env"), {});
});
