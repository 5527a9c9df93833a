import { assert, assertEquals, assertFalse } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import {
  InstanceLock,
  isLocked,
  readRecord,
  requestControl,
  serveControl,
} from "../../launcher/instance.ts";
import type { Layout } from "../../launcher/layout.ts";

interface Folder extends AsyncDisposable {
  layout: Layout;
}

async function makeFolder(): Promise<Folder> {
  const root = await Deno.makeTempDir();
  const instance = join(root, "instance");
  return {
    layout: { root, instance } as Layout,
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

const instanceModule = fromFileUrl(
  new URL("../../launcher/instance.ts", import.meta.url),
);

/** Another process that holds the lock until it is killed. */
async function otherHolder(layout: Layout): Promise<Deno.ChildProcess> {
  const script = join(layout.root, "hold.ts");
  await Deno.writeTextFile(
    script,
    [
      `import { InstanceLock } from ${JSON.stringify(instanceModule)};`,
      `const lock = InstanceLock.take(${JSON.stringify(layout)});`,
      'lock.publish({ pid: 1, version: "1", control: 1, token: "t" });',
      'console.log("held");',
      "setInterval(() => {}, 1000);",
    ].join("\n"),
  );
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-lock", "--cached-only"],
      `--config=${join(instanceModule, "..", "..", "deno.json")}`,
      script,
    ],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  return child;
}

Deno.test("InstanceLock.take() gives one folder to one process, and frees it however that ends", async () => {
  await using folder = await makeFolder();
  const { layout } = folder;
  const other = await otherHolder(layout);
  assertEquals(InstanceLock.take(layout), undefined);
  assert(isLocked(layout));
  assertEquals(readRecord(layout)?.token, "t");
  other.kill("SIGKILL");
  await other.status;
  assertFalse(isLocked(layout));
  using lock = InstanceLock.take(layout);
  assert(lock);
  // What the killed one has left is no record of the new one.
  assertEquals(readRecord(layout), undefined);
});

Deno.test("InstanceLock takes its record back when it lets go", async () => {
  await using folder = await makeFolder();
  const { layout } = folder;
  {
    using lock = InstanceLock.take(layout);
    lock!.publish({ pid: 1, version: "1", control: 2, token: "t", url: "u" });
    assertEquals(readRecord(layout)?.url, "u");
    if (Deno.build.os !== "windows") {
      const { mode } = Deno.statSync(join(layout.instance, "launcher.json"));
      assertEquals(mode! & 0o777, 0o600);
    }
  }
  assertEquals(readRecord(layout), undefined);
  assertFalse(isLocked(layout));
});

Deno.test("readRecord() takes a damaged record for none", async () => {
  await using folder = await makeFolder();
  const { layout } = folder;
  Deno.mkdirSync(layout.instance);
  Deno.writeTextFileSync(join(layout.instance, "launcher.json"), '{"pid":');
  assertEquals(readRecord(layout), undefined);
});

Deno.test("serveControl() does what is asked with its token, and nothing without", async () => {
  const requests: string[] = [];
  await using control = serveControl((request) => requests.push(request));
  const record = {
    pid: 1,
    version: "1",
    control: control.port,
    token: control.token,
  };
  assertFalse(await requestControl({ ...record, token: "guess" }, "stop"));
  const base = `http://127.0.0.1:${control.port}`;
  const headers = { authorization: `Bearer ${control.token}` };
  for (
    const [path, init] of [
      ["/stop", { method: "POST" }],
      ["/stop", { headers }],
      ["/other", { method: "POST", headers }],
    ] as const
  ) {
    const response = await fetch(base + path, init);
    await response.body?.cancel();
    assertEquals(response.ok, false);
  }
  assertEquals(requests, []);
  assert(await requestControl(record, "stop"));
  assertEquals(requests, ["stop"]);
});

Deno.test("requestControl() tells when nobody answers", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const control = listener.addr.port;
  listener.close();
  const record = { pid: 1, version: "1", control, token: "t" };
  assertFalse(await requestControl(record, "stop"));
});
