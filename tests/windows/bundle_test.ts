/**
 * The zip that was just built, unpacked and used as its owner would.
 *
 * What Wine cannot show: a batch file in a folder with a percent sign in its name
 * (Wine's cmd expands the text of %~dp0 once more), ExifTool started by a short
 * path (Wine gives a program its long one), Ctrl+C below cmd, the window's X, and
 * the browser.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { deadline } from "@std/async/deadline";
import { join } from "@std/path";
import { freePort } from "../support/ports.ts";
import { testUnless } from "../support/requirements.ts";
import {
  type Item,
  processed,
  upload,
  workerAlive,
} from "../support/sample_app.ts";
import { UnpackedBundle } from "./bundle.ts";
import { ConsoleWindow } from "./console.ts";
import { missingForConsole } from "./machine.ts";
import { until } from "./until.ts";

const missing = missingForConsole();

/** Uploads a file and waits for what the worker makes of it. */
async function process(
  url: string,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Item> {
  const id = await upload(url, name, bytes);
  return await deadline(processed(url, id), 120_000);
}

testUnless(
  missing,
  "the bundle serves the page, processes a photo and a video, and ends on Ctrl+C",
  async () => {
    await using bundle = await UnpackedBundle.unpack();
    assertFalse(bundle.has(".env"));
    await using running = await bundle.start();
    const { url, terminal } = running;
    assertStringIncludes(await (await fetch(url)).text(), "<html");
    assert(await workerAlive(url));

    const photo = await process(url, "photo.jpg", await bundle.makePhoto());
    assertEquals(photo.status, "done", photo.error);
    // Read by ExifTool.
    assertStringIncludes(photo.camera, "Test Camera Works");
    assertStringIncludes(photo.taken_at, "2021-07-04T12:34:56");
    const video = await process(url, "video.mp4", await bundle.makeVideo());
    assertEquals(video.status, "done", video.error);
    for (const { thumbnail } of [photo, video]) {
      // The video's is a frame that FFmpeg took out.
      const image = await fetch(new URL(thumbnail, url));
      assertEquals([...(await image.bytes()).slice(0, 2)], [0xff, 0xd8]);
    }
    assert(await workerAlive(url));

    await terminal.press("C-c");
    assertEquals(await terminal.ended(), 0);
    await bundle.nothingLeft();
    assert(bundle.has("instance", "mediaparser.db"));
    for (const left of ["mediaparser.db-wal", "launcher.json"]) {
      assertFalse(bundle.has("instance", left), `${left} is left`);
    }
    const key = await Deno.readTextFile(join(bundle.folder, ".env"));
    assertMatch(key, /^SECRET_KEY=\S{32,}$/m);

    await using again = await bundle.start();
    const { items } = await (await fetch(new URL("/api/items", again.url)))
      .json();
    assertEquals(items.length, 2);
    await again.terminal.press("C-c");
    assertEquals(await again.terminal.ended(), 0);
    assertEquals(await Deno.readTextFile(join(bundle.folder, ".env")), key);
  },
);

testUnless(
  missing,
  "MediaParser.bat starts the bundle from any folder, whatever its own is called",
  async () => {
    await using bundle = await UnpackedBundle.unpack(
      "Ünï & co (1) ^ ' = ,! ~",
    );
    const { machine, folder } = bundle;
    // As typed into a shell in another folder; from a batch file, because every
    // layer on the way to cmd's command line has quotes of its own.
    await Deno.writeTextFile(
      join(machine.folder, "typed.bat"),
      `@"%BATCH%" --no-browser --port ${freePort()}\r\n`,
    );
    await using terminal = await ConsoleWindow.open(machine, "cmd.exe", [
      "/c",
      "typed.bat",
    ], {
      environment: {
        BATCH: machine.windowsPath(join(folder, "MediaParser.bat")),
      },
    });
    const [, url = ""] = await terminal.shows(/is ready: (http:\S+)/);
    const photo = await process(url, "photo.jpg", await bundle.makePhoto());
    assertEquals(photo.status, "done", photo.error);
    assertStringIncludes(photo.camera, "Test Camera Works");
    // Ctrl+C would end Wine's cmd, which unlike Windows' does not wait for its
    // program. The exit code comes through both batch files.
    assertEquals((await bundle.command("stop")).code, 0);
    assertEquals(await terminal.ended(), 0);
    await bundle.nothingLeft();
  },
);

testUnless(
  missing,
  "a second start opens the one that runs, and stop ends it from another window",
  async () => {
    await using bundle = await UnpackedBundle.unpack("Ünï & co %TEMP% 100%");
    await using running = await bundle.start();
    const second = await bundle.command("--no-browser");
    assertEquals(second.code, 0, second.stderr);
    assertStringIncludes(second.stdout, `runs already: ${running.url}`);
    const stop = await bundle.command("stop");
    assertEquals(stop.code, 0, stop.stderr);
    assertEquals(await running.terminal.ended(), 0);
    await bundle.nothingLeft();
  },
);

testUnless(
  missing,
  "a port taken by another program is refused with the program's name",
  async () => {
    await using bundle = await UnpackedBundle.unpack();
    const port = freePort();
    await using stranger = await ConsoleWindow.open(
      bundle.machine,
      join(bundle.folder, "tools", "python", "python.exe"),
      ["-u", "-m", "http.server", "--bind", "127.0.0.1", String(port)],
    );
    await stranger.shows(/Serving HTTP/);
    const { code, stdout, stderr } = await bundle.command(
      ...["--no-browser", "--port", String(port)],
    );
    assertEquals(code, 1);
    assertStringIncludes(
      stdout + stderr,
      `Port ${port} is in use by python.exe`,
    );
    assertStringIncludes(stdout + stderr, "Try --port");
  },
);

testUnless(
  missing,
  "a launcher that is killed leaves nobody behind, and the next start works",
  async () => {
    await using bundle = await UnpackedBundle.unpack();
    {
      await using running = await bundle.start();
      await process(running.url, "photo.jpg", await bundle.makePhoto());
      bundle.machine.kill(await bundle.process("MediaParser-launcher.exe"));
      await bundle.nothingLeft();
    }
    await using running = await bundle.start();
    const { items } = await (await fetch(new URL("/api/items", running.url)))
      .json();
    assertEquals(items[0].status, "done");
    // The terminal goes, and everything in it.
    await running.terminal[Symbol.asyncDispose]();
    await bundle.nothingLeft();
  },
);

testUnless(
  missing,
  "a killed worker is started again, and a killed server ends everything",
  async () => {
    await using bundle = await UnpackedBundle.unpack();
    await using running = await bundle.start();
    const { url, terminal } = running;
    const worker = await bundle.process("run_worker.py");
    bundle.machine.kill(worker);
    await terminal.shows(/worker ended by itself.*Starting it again/);
    await until(
      "a new worker",
      async () => (await bundle.process("run_worker.py")).pid !== worker.pid,
    );
    await until("the app sees the new worker", () => workerAlive(url));
    const photo = await process(url, "photo.jpg", await bundle.makePhoto());
    assertEquals(photo.status, "done", photo.error);

    bundle.machine.kill(await bundle.process("run.py"));
    // The window was opened for the launcher alone, and would take the reason
    // with it.
    await terminal.shows(/Press Enter to close this window/);
    await terminal.shows(/The server ended by itself with exit code \d+/);
    await until(
      "only the launcher is left",
      () => bundle.machine.processes().length === 1,
    );
    await terminal.press("Enter");
    assertNotEquals(await terminal.ended(), 0);
    await bundle.nothingLeft();
  },
);
