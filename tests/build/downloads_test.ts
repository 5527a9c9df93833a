import { assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../launcher/user_error.ts";
import { Archives } from "../../build/archives.ts";
import { Cache } from "../../build/cache.ts";
import type { Component, HttpSource } from "../../build/components.ts";
import { component, describeSource } from "../../build/components.ts";
import { sha256Of } from "../../build/digest.ts";
import { Downloads } from "../../build/downloads.ts";
import { WorkerPool } from "../../build/worker_pool.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

const bytes = new TextEncoder().encode("the right bytes");
const sha256 = sha256Of(bytes);

function http(url: string, changes: Partial<HttpSource> = {}): HttpSource {
  return {
    kind: "http",
    version: "1.0",
    url,
    file: "a.zip",
    sha256,
    root: "",
    ...changes,
  };
}

function made(...sources: HttpSource[]): Component {
  return { id: "thing", name: "Thing", licence: "MIT", homepage: "", sources };
}

/** Downloads into a temporary cache, and what was reported. */
class Setup implements AsyncDisposable {
  readonly folder = new TemporaryFolder();
  readonly cache = new Cache(this.folder.at("cache"));
  readonly pool = new WorkerPool(1);
  readonly lines: string[] = [];
  readonly requests: string[] = [];
  readonly server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => {
      const { pathname } = new URL(request.url);
      this.requests.push(pathname);
      return pathname === "/right"
        ? new Response(bytes)
        : new Response("wrong", { status: pathname === "/wrong" ? 200 : 404 });
    },
  );

  url(path: string): string {
    return `http://127.0.0.1:${this.server.addr.port}${path}`;
  }

  downloads(offline = false): Downloads {
    return new Downloads({
      archives: new Archives(this.cache, this.pool),
      reporter: {
        line: (text) => this.lines.push(text),
        task: () => ({ update: () => {}, end: () => {} }),
      },
      offline,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown();
    this.pool[Symbol.dispose]();
    this.cache[Symbol.dispose]();
    this.folder[Symbol.dispose]();
  }
}

Deno.test("obtain() downloads once, and asks nothing when the file is cached", async () => {
  await using setup = new Setup();
  const thing = made(http(setup.url("/right")));
  const first = await setup.downloads().obtain(thing);
  const second = await setup.downloads(true).obtain(thing);
  assertEquals(setup.requests, ["/right"]);
  assertEquals(first.path, second.path);
  assertEquals(Deno.readFileSync(second.path), bytes);
});

Deno.test("obtain() fetches a damaged cached file again", async () => {
  await using setup = new Setup();
  const thing = made(http(setup.url("/right")));
  const { path } = await setup.downloads().obtain(thing);
  for (const damage of ["the wrong bytes", "the right", ""]) {
    Deno.writeTextFileSync(path, damage);
    await setup.downloads().obtain(thing);
    assertEquals(Deno.readFileSync(path), bytes);
  }
  assertEquals(setup.requests.length, 4);
  assertEquals(setup.lines.length, 3);
});

Deno.test("obtain() goes on to the next source and says which one failed", async () => {
  await using setup = new Setup();
  const right = http(setup.url("/right"), { file: "b.zip" });
  const missing = made(http(setup.url("/missing")), right);
  const { source } = await setup.downloads().obtain(missing);
  assertEquals(describeSource(source), setup.url("/right"));
  assertEquals(setup.lines.length, 1);
  assertEquals(setup.lines[0]!.includes("it answers 404"), true);
});

Deno.test("obtain() asks a host that cannot be reached once in a build", async () => {
  await using setup = new Setup();
  const downloads = setup.downloads();
  const dead = http("http://127.0.0.1:1/a");
  await assertRejects(() => downloads.obtain(made(dead)), UserError);
  await assertRejects(
    () => downloads.obtain(made({ ...dead, file: "b.zip" })),
    UserError,
  );
  assertEquals(setup.lines, [
    "127.0.0.1:1 cannot be used: it cannot be reached from here.",
  ]);
});

Deno.test("obtain() never uses a source without a known hash", async () => {
  await using setup = new Setup();
  const unknown = made(http(setup.url("/right"), { sha256: null }));
  await assertRejects(() => setup.downloads().obtain(unknown), UserError);
  assertEquals(setup.requests, []);
});

Deno.test("obtain() leaves nothing of a file with a wrong hash", async () => {
  await using setup = new Setup();
  const thing = made(http(setup.url("/wrong")));
  await assertRejects(
    () => setup.downloads().obtain(thing),
    UserError,
    "SHA-256",
  );
  assertEquals(
    setup.folder.names("cache/downloads/thing").filter((name) =>
      !name.endsWith(".part")
    ),
    [],
  );
});

Deno.test("obtain() says what is missing when nothing may be fetched", async () => {
  await using setup = new Setup();
  const thing = made(http(setup.url("/right")));
  await assertRejects(
    () => setup.downloads(true).obtain(thing),
    UserError,
    "--offline",
  );
  assertEquals(setup.requests, []);
});

Deno.test("components.json pins each source by a hash, or does not use it", () => {
  for (
    const id of [
      "python",
      "ffmpeg",
      "exiftool",
      "denort",
      "denort-linux",
    ] as const
  ) {
    const { sources, licence } = component(id);
    assertEquals(licence.length > 0, true);
    assertEquals(sources.some((source) => source.sha256 !== null), true, id);
    for (const { sha256 } of sources) {
      assertEquals(sha256 === null || /^[0-9a-f]{64}$/.test(sha256), true, id);
    }
    // The project's own download comes first.
    assertEquals(sources[0]!.kind, "http");
  }
});
