import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { UserError } from "../../launcher/user_error.ts";
import { sha256Of } from "../../build/digest.ts";
import { fetchVerified } from "../../build/fetch.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

const body = new Uint8Array(300_000).map((_, index) => (index * 7919) >>> 3);
const sha256 = sha256Of(body);
const quick = { pause: 1, attempts: 3 };

/** A server on a free port; `answer` is told how many requests came before. */
function serve(
  answer: (request: Request, count: number) => Response | Promise<Response>,
): { url: string; requests: Request[] } & AsyncDisposable {
  const requests: Request[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => {
      requests.push(request);
      return answer(request, requests.length - 1);
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/file`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Sends `bytes` and then cuts the connection, though more was announced. */
function cutAfter(bytes: Uint8Array<ArrayBuffer>): Response {
  let sent = false;
  return new Response(
    new ReadableStream({
      async pull(controller) {
        if (sent) {
          // The client must have read what came so far.
          await new Promise((resolve) => setTimeout(resolve, 50));
          controller.error(new Error("cut"));
        } else controller.enqueue(bytes);
        sent = true;
      },
    }),
    { headers: { etag: '"one"' } },
  );
}

/** Sends what is left, as a server that knows ranges does. */
function range(request: Request): Response {
  const start = Number(
    request.headers.get("range")?.match(/^bytes=(\d+)-$/)?.[1] ?? 0,
  );
  return new Response(body.slice(start), {
    status: start === 0 ? 200 : 206,
    headers: {
      etag: '"one"',
      "content-range": `bytes ${start}-${body.length - 1}/${body.length}`,
    },
  });
}

Deno.test("fetchVerified() writes the file under its name only", async () => {
  using folder = new TemporaryFolder();
  await using server = serve(range);
  const destination = folder.at("a", "file");
  const seen: number[] = [];
  await fetchVerified({ urls: [server.url], destination, sha256 }, {
    onProgress: (received) => seen.push(received),
  });
  assertEquals(Deno.readFileSync(destination), body);
  assertEquals(folder.names("a"), ["file"]);
  assertEquals(seen.at(-1), body.length);
});

Deno.test("fetchVerified() goes on where the connection was cut", async () => {
  using folder = new TemporaryFolder();
  await using server = serve((request, count) =>
    count === 0 ? cutAfter(body.slice(0, 100_000)) : range(request)
  );
  const destination = folder.at("file");
  await fetchVerified({ urls: [server.url], destination, sha256 }, quick);
  assertEquals(Deno.readFileSync(destination), body);
  assertEquals(server.requests[1]!.headers.get("range"), "bytes=100000-");
});

Deno.test("fetchVerified() goes on where an earlier run stopped", async () => {
  using folder = new TemporaryFolder();
  await using server = serve(range);
  folder.write("file.part", body.slice(0, 1234));
  const destination = folder.at("file");
  await fetchVerified({ urls: [server.url], destination, sha256 }, quick);
  assertEquals(Deno.readFileSync(destination), body);
  assertEquals(server.requests[0]!.headers.get("range"), "bytes=1234-");
});

Deno.test("fetchVerified() starts over where a server knows no ranges", async () => {
  using folder = new TemporaryFolder();
  await using server = serve(() => new Response(body));
  folder.write("file.part", body.slice(0, 1234));
  const destination = folder.at("file");
  await fetchVerified({ urls: [server.url], destination, sha256 }, quick);
  assertEquals(Deno.readFileSync(destination), body);
});

Deno.test("fetchVerified() fetches wrong bytes once more, and no third time", async () => {
  using folder = new TemporaryFolder();
  const destination = folder.at("file");
  {
    await using server = serve((request, count) =>
      count === 0 ? new Response("nonsense") : range(request)
    );
    await fetchVerified({ urls: [server.url], destination, sha256 }, quick);
    assertEquals(Deno.readFileSync(destination), body);
  }
  Deno.removeSync(destination);
  await using server = serve(() => new Response("nonsense"));
  const error = await assertRejects(
    () => fetchVerified({ urls: [server.url], destination, sha256 }, quick),
    UserError,
  );
  assertEquals(server.requests.length, 2);
  assertStringIncludes(error.message, sha256Of("nonsense"));
  assertEquals(folder.names().includes("file"), false);
});

Deno.test("fetchVerified() throws a wrong part away rather than keep it for ever", async () => {
  using folder = new TemporaryFolder();
  await using server = serve(range);
  folder.write("file.part", new Uint8Array(5000));
  const destination = folder.at("file");
  await fetchVerified({ urls: [server.url], destination, sha256 }, quick);
  assertEquals(Deno.readFileSync(destination), body);
});

Deno.test("fetchVerified() takes the next mirror after a 404, without asking again", async () => {
  using folder = new TemporaryFolder();
  await using missing = serve(() => new Response("no", { status: 404 }));
  await using server = serve(range);
  const destination = folder.at("file");
  const urls = [missing.url, server.url];
  await fetchVerified({ urls, destination, sha256 }, quick);
  assertEquals(missing.requests.length, 1);
  assertEquals(Deno.readFileSync(destination), body);
});

Deno.test("fetchVerified() tries again when a server is overloaded", async () => {
  using folder = new TemporaryFolder();
  await using server = serve((request, count) =>
    count < 2 ? new Response("later", { status: 503 }) : range(request)
  );
  const destination = folder.at("file");
  await fetchVerified({ urls: [server.url], destination, sha256 }, quick);
  assertEquals(server.requests.length, 3);
});

Deno.test("fetchVerified() gives a server up that falls silent", async () => {
  using folder = new TemporaryFolder();
  const held: (() => void)[] = [];
  await using server = serve(() =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(body.slice(0, 10));
          held.push(() => controller.close());
        },
      }),
    )
  );
  const destination = folder.at("file");
  const error = await assertRejects(
    () =>
      fetchVerified({ urls: [server.url], destination, sha256 }, {
        ...quick,
        silenceTimeout: 50,
      }),
    UserError,
  );
  assertStringIncludes(error.message, "it stopped sending");
  for (const end of held) {
    try {
      end();
    } catch { /* the client hung up, which closed it */ }
  }
});

Deno.test("fetchVerified() gives a server up that does not answer", async () => {
  using folder = new TemporaryFolder();
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr as Deno.NetAddr;
  const connections: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) connections.push(connection);
  })();
  const error = await assertRejects(
    () =>
      fetchVerified({
        urls: [`http://127.0.0.1:${port}/`],
        destination: folder.at("file"),
        sha256,
      }, { ...quick, answerTimeout: 50 }),
    UserError,
  );
  assertStringIncludes(error.message, "it does not answer");
  for (const connection of connections) connection.close();
  listener.close();
  await accepting;
});

Deno.test("fetchVerified() stops at a signal and keeps what came", async () => {
  using folder = new TemporaryFolder();
  const stop = new AbortController();
  await using server = serve(() =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(body.slice(0, 1000)),
      }),
    )
  );
  const destination = folder.at("file");
  await assertRejects(
    () =>
      fetchVerified({ urls: [server.url], destination, sha256 }, {
        ...quick,
        signal: stop.signal,
        onProgress: () => stop.abort(new Error("enough")),
      }),
    Error,
    "enough",
  );
  assertEquals(folder.names(), ["file.part"]);
  assert(Deno.statSync(folder.at("file.part")).size > 0);
});

Deno.test("fetchVerified() refuses a body without an end", async () => {
  using folder = new TemporaryFolder();
  await using server = serve(() => new Response(body));
  const error = await assertRejects(
    () =>
      fetchVerified({
        urls: [server.url],
        destination: folder.at("file"),
        sha256,
      }, { ...quick, maxBytes: 1000 }),
    UserError,
  );
  assertStringIncludes(error.message, "more than 1000 bytes");
});

Deno.test("fetchVerified() lets two builds with one cache download once", async () => {
  using folder = new TemporaryFolder();
  await using server = serve(range);
  const download = {
    urls: [server.url],
    destination: folder.at("file"),
    sha256,
  };
  await Promise.all([fetchVerified(download), fetchVerified(download)]);
  assertEquals(server.requests.length, 1);
  assertEquals(folder.names(), ["file"]);
});
