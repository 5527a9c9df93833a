/**
 * What can stand in the way of a start: each is told in one line with its
 * remedy, or gone around. (Linux)
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { join } from "@std/path";
import { copySampleApp } from "../support/installation.ts";
import { nothingLeftIn, startLauncher } from "../support/launcher_process.ts";
import { freePort } from "../support/ports.ts";
import { missingForSampleApp, testUnless } from "../support/requirements.ts";

const missing = missingForSampleApp();

/** Runs a launcher to its end. */
async function run(
  args: string[],
  app?: string,
  environment: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  await using launcher = startLauncher({
    ...(app === undefined ? {} : { app }),
    args,
    environment,
  });
  const code = await launcher.ended;
  return { code, output: launcher.output() };
}

testUnless(
  missing,
  "a port that was asked for and is taken ends the start, names the holder and a free port",
  async () => {
    await using app = await copySampleApp();
    using stranger = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = stranger.addr;
    const { code, output } = await run(
      ["--no-browser", "--port", String(port)],
      app.folder,
    );
    assertEquals(code, 1);
    assertMatch(output, new RegExp(`Port ${port} is in use by deno`));
    assertMatch(output, /Try --port \d+, which is free/);
    await nothingLeftIn(app.folder);
  },
);

testUnless(
  missing,
  "the default port taken by another program gives way to the next free one",
  async () => {
    await using app = await copySampleApp();
    // Held by us or by somebody else: either way it is taken.
    let stranger: Deno.Listener | undefined;
    try {
      stranger = Deno.listen({ hostname: "127.0.0.1", port: 5000 });
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
    try {
      await using launcher = startLauncher({
        app: app.folder,
        args: ["--no-browser"],
      });
      const url = new URL(await launcher.ready());
      assert(Number(url.port) > 5000, url.port);
      assertMatch(launcher.output(), /Port 5000 is in use by .* instead/);
      launcher.pressControlC();
      assertEquals(await launcher.ended, 0);
    } finally {
      stranger?.close();
    }
  },
);

testUnless(
  missing,
  "a second start of the same folder shows the first one's page and ends with 0",
  async () => {
    await using app = await copySampleApp();
    await using first = startLauncher({
      app: app.folder,
      args: ["--no-browser", "--port", String(freePort())],
    });
    const url = await first.ready();
    const { code, output } = await run(["--no-browser"], app.folder);
    assertEquals(code, 0, output);
    assertMatch(output, new RegExp(`runs already: ${url}`));
    first.pressControlC();
    assertEquals(await first.ended, 0);
  },
);

testUnless(
  missing,
  "a proxy that the environment names is not asked for what is on this computer",
  async () => {
    await using app = await copySampleApp();
    let asked = 0;
    await using proxy = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => {
        asked++;
        return new Response("Sign in first\n", { status: 403 });
      },
    );
    const address = `http://127.0.0.1:${proxy.addr.port}`;
    const environment = { HTTP_PROXY: address, http_proxy: address };
    await using launcher = startLauncher({
      app: app.folder,
      args: ["--no-browser", "--port", String(freePort())],
      environment,
    });
    const url = await launcher.ready();
    assertEquals((await (await fetch(url)).text()).includes("<html"), true);
    const { code, output } = await run(["stop"], app.folder, environment);
    assertEquals(code, 0, output);
    assertEquals(await launcher.ended, 0);
    assertEquals(asked, 0);
  },
);

testUnless(
  missing,
  "of several starts at once one wins, and the others show its page",
  async () => {
    await using app = await copySampleApp();
    const starts = Array.from({ length: 4 }, () =>
      startLauncher({
        app: app.folder,
        args: ["--no-browser", "--port", String(freePort())],
      }));
    await using stack = new AsyncDisposableStack();
    for (const started of starts) stack.use(started);
    await Promise.all(
      starts.map((started) => started.line(/is ready|runs already/)),
    );
    const winners = starts.filter((started) =>
      /is ready/.test(started.output())
    );
    assertEquals(winners.length, 1);
    const [winner] = winners;
    const url = await winner!.ready();
    for (const other of starts) {
      if (other === winner) continue;
      assertEquals(await other.ended, 0);
      assertMatch(other.output(), new RegExp(`runs already: ${url}`));
    }
    winner!.pressControlC();
    assertEquals(await winner!.ended, 0);
    await nothingLeftIn(app.folder);
  },
);

const wrongDotenvs: [string, string | Uint8Array<ArrayBuffer>, RegExp][] = [
  ["the key of an example", "SECRET_KEY=change-me-please-now\n", /example/],
  ["a short key", "SECRET_KEY=abc\n", /shorter than 16/],
  ["no text", new Uint8Array([0xff, 0xfe, 0, 1]), /not UTF-8/],
  ["a setting out of range", "JPEG_QUALITY=900\n", /JPEG_QUALITY in \.env/],
];

testUnless(
  missing,
  "a .env that is of no use is told and left as it is",
  async () => {
    await using app = await copySampleApp();
    const path = join(app.folder, ".env");
    for (const [what, content, expected] of wrongDotenvs) {
      const bytes = typeof content === "string"
        ? new TextEncoder().encode(content)
        : content;
      await Deno.writeFile(path, bytes);
      const { code, output } = await run(["--no-browser"], app.folder);
      assert(code === 1 || code === 2, `${what}: ${code} ${output}`);
      assertMatch(output, expected);
      assertNotMatch(output, /\n\s+at /);
      assertEquals(await Deno.readFile(path), bytes);
    }
  },
);

testUnless(
  missing,
  "an address this computer does not have is told",
  async () => {
    await using app = await copySampleApp();
    const { code, output } = await run(
      ["--no-browser", "--host", "192.0.2.77"],
      app.folder,
    );
    assertEquals(code, 1);
    assertMatch(output, /no address '192\.0\.2\.77'/);
  },
);

Deno.test("a wrong command line ends with 2 and says what was meant", async () => {
  const { code, output } = await run(["--prot", "80"]);
  assertEquals(code, 2);
  assertMatch(output, /did you mean --port\?/);
});

Deno.test("a folder that is no checkout ends with 1 and names what is missing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, output } = await run(["--no-browser"], folder);
    assertEquals(code, 1);
    assertMatch(output, /run\.py, run_worker\.py, alembic\.ini/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testUnless(
  missing,
  "a Python without the app's packages ends the start with its own words",
  async () => {
    await using app = await copySampleApp();
    const { code, output } = await run(["--no-browser"], app.folder, {
      MEDIAPARSER_PYTHON: "/usr/bin/python3",
    });
    assertEquals(code, 1);
    assertMatch(output, /No module named/);
  },
);
