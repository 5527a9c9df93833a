import { assert, assertEquals } from "@std/assert";
import { memoryEntry } from "../../build/content.ts";
import { inspect, Inspector } from "../../build/inspection.ts";
import type { JobRunner } from "../../build/worker_pool.ts";

const folders = { build: ["/srv/build box/checkout"], machine: [] };

function launcher(text: string) {
  return memoryEntry("MediaParser-launcher.exe", "launcher", text);
}

/** Asks in this thread, and counts how often. */
class Asked implements JobRunner {
  readonly names: string[] = [];
  run(_name: string, ...args: unknown[]): Promise<never> {
    const [entries, inFolders] = args as Parameters<typeof inspect>;
    this.names.push(...entries.map(({ path }) => path));
    return inspect(entries, inFolders) as Promise<never>;
  }
}

Deno.test("inspect() finds libraries and the build machine's folders in one reading", async () => {
  const answers = await inspect(
    [launcher("12.4.254.1-rusty and /srv/build box/checkout/main.ts")],
    folders,
  );
  const [libraries, paths] = ["libraries:", "paths:"].map((prefix) =>
    Object.entries(answers).find(([key]) => key.startsWith(prefix))?.[1]
  );
  assert(libraries?.includes("12.4.254.1"), libraries);
  assertEquals(paths, "/srv/build box/checkout");
});

Deno.test("Inspector looks into each content once", async () => {
  const results = new Map<string, string>();
  const asked = new Asked();
  const inspector = new Inspector(asked, results, folders);
  await inspector.inspect([launcher("one")]);
  await inspector.inspect([launcher("one")]);
  assertEquals(asked.names, ["MediaParser-launcher.exe"]);
  await inspector.inspect([launcher("two")]);
  assertEquals(asked.names.length, 2);
});

Deno.test("Inspector keeps heavy files back while they are held, and no others", async () => {
  const asked = new Asked();
  const inspector = new Inspector(asked, new Map(), folders);
  const done = Promise.withResolvers<void>();
  inspector.holdHeavy(done.promise);
  // What counts is the size that is told.
  const heavy = inspector.inspect([{ ...launcher("heavy"), size: 64 << 20 }]);
  await inspector.inspect([{ ...launcher("light"), path: "light.exe" }]);
  assertEquals(asked.names, ["light.exe"]);
  done.resolve();
  await heavy;
  assertEquals(asked.names.length, 2);
});
