import { assertEquals } from "@std/assert";
import { pageUrl, waitUntilReady } from "../../launcher/readiness.ts";

Deno.test("pageUrl() is an address that a browser on this computer can open", () => {
  assertEquals(pageUrl("127.0.0.1", 80), "http://127.0.0.1:80/");
  assertEquals(pageUrl("0.0.0.0", 80), "http://127.0.0.1:80/");
  assertEquals(pageUrl("::", 80), "http://[::1]:80/");
  assertEquals(pageUrl("::1", 80), "http://[::1]:80/");
  assertEquals(pageUrl("my-pc", 80), "http://my-pc:80/");
  assertEquals(pageUrl("constructor", 80), "http://constructor:80/");
});

Deno.test("waitUntilReady() waits through server errors, and takes a redirect for an answer", async () => {
  const statuses = [500, 503, 302];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () =>
      new Response(null, {
        status: statuses.shift() ?? 200,
        headers: { location: "/elsewhere" },
      }),
  );
  const { signal } = new AbortController();
  const url = pageUrl("127.0.0.1", server.addr.port);
  assertEquals(await waitUntilReady(url, { signal, interval: 1 }), "ready");
  assertEquals(statuses, []);
});

Deno.test("waitUntilReady() gives up in time, and at once when it is told to", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const url = pageUrl("127.0.0.1", port);
  const waiting = new AbortController();
  const { signal } = waiting;
  assertEquals(
    await waitUntilReady(url, { signal, interval: 1, timeout: 20 }),
    "timeout",
  );
  const aborted = waitUntilReady(url, { signal, interval: 60_000 });
  waiting.abort();
  assertEquals(await aborted, "aborted");
});
