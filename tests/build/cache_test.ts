import { assertEquals } from "@std/assert";
import { dirname } from "@std/path";
import { Cache } from "../../build/cache.ts";
import { cachedCompressor } from "../../build/compressed_cache.ts";
import { memoryEntry } from "../../build/content.ts";
import { Workspace } from "../../build/workspace.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

Deno.test("Cache keeps values, and forgets damaged ones", () => {
  using folder = new TemporaryFolder();
  using cache = new Cache(folder.at("cache"));
  assertEquals(cache.readJson("a"), undefined);
  cache.writeJson("a", { b: [1, 2] });
  cache.writeBytes("c", new Uint8Array([1, 2, 3]));
  assertEquals(cache.readJson("a"), { b: [1, 2] });
  assertEquals(cache.readBytes("c"), new Uint8Array([1, 2, 3]));
  for (
    const [name, read] of [
      ["a.json", () => cache.readJson("a")],
      ["c", () => cache.readBytes("c")],
    ] as const
  ) {
    const path = cache.derivedPath(name);
    const whole = Deno.readFileSync(path);
    const flipped = whole.slice();
    flipped[flipped.length - 1]! ^= 1;
    Deno.writeFileSync(path, flipped);
    assertEquals(read(), undefined);
    Deno.writeFileSync(path, whole.slice(0, -1));
    assertEquals(read(), undefined);
    Deno.writeFileSync(path, new Uint8Array());
    assertEquals(read(), undefined);
  }
});

Deno.test("Workspace is gone when its build ends", () => {
  using folder = new TemporaryFolder();
  {
    using workspace = Workspace.open(folder.at("out"));
    Deno.writeTextFileSync(workspace.newPath("half"), "half-made");
    assertEquals(folder.names("out").length, 1);
  }
  assertEquals(folder.names("out"), []);
});

Deno.test("Workspace removes what a killed build left, and nothing of a living one", async () => {
  using folder = new TemporaryFolder();
  const script = `
    import { Workspace } from ${
    JSON.stringify(new URL("../../build/workspace.ts", import.meta.url).href)
  };
    const workspace = Workspace.open(Deno.args[0]);
    Deno.writeTextFileSync(workspace.newPath("half"), "half-made");
    console.log("ready");
    setInterval(() => {}, 1000);`;
  // Beside the sources, so that their imports resolve.
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--ext=ts", "-", folder.at("out")],
    cwd: dirname(new URL("../../build/x", import.meta.url).pathname),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const reader = child.stdout.getReader();
  await reader.read();
  Workspace.open(folder.at("out"))[Symbol.dispose]();
  assertEquals(folder.names("out").length, 1);
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  Workspace.open(folder.at("out"))[Symbol.dispose]();
  assertEquals(folder.names("out"), []);
});

Deno.test("cachedCompressor() gives the same bytes with and without its cache", () => {
  using folder = new TemporaryFolder();
  using cache = new Cache(folder.at("cache"));
  const compress = cachedCompressor(cache);
  for (
    const bytes of [
      new TextEncoder().encode("text ".repeat(20_000)),
      crypto.getRandomValues(new Uint8Array(60_000)),
    ]
  ) {
    const entry = memoryEntry("a", "app", bytes);
    const fresh = compress(entry);
    const kept = compress(entry);
    assertEquals(kept.method, fresh.method);
    assertEquals(new Uint8Array(kept.bytes), new Uint8Array(fresh.bytes));
  }
  assertEquals(folder.names("cache/derived").length, 2);
});
