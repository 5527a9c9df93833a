/**
 * Every way it can end: nothing is left running, nothing is lost. (Linux)
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async/delay";
import { join } from "@std/path";
import { copySampleApp, type Installation } from "../support/installation.ts";
import {
  nothingLeftIn,
  processesIn,
  type RunningLauncher,
  startLauncher,
} from "../support/launcher_process.ts";
import { makePhoto } from "../support/media.ts";
import { freePort } from "../support/ports.ts";
import { missingForSampleApp, testUnless } from "../support/requirements.ts";
import { processed, upload, workerAlive } from "../support/sample_app.ts";

const missing = missingForSampleApp();

function launch(app: Installation): RunningLauncher {
  return startLauncher({
    app: app.folder,
    args: ["--no-browser", "--port", String(freePort())],
  });
}

/** The process in the app's folder that runs a script. */
function processOf(app: Installation, script: string): number {
  const found = processesIn(app.folder).find((pid) =>
    Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0").includes(script)
  );
  if (found === undefined) throw new Error(`${script} does not run.`);
  return found;
}

async function untilTrue(
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  while (!await condition()) await delay(50);
}

/** Replaces the worker by one that does not care for Ctrl+C. */
async function makeWorkerStubborn(app: Installation): Promise<void> {
  await Deno.writeTextFile(
    join(app.folder, "run_worker.py"),
    [
      "import subprocess, time",
      "child = subprocess.Popen(['sleep', '600'])",
      "print('stubborn', child.pid)",
      "while True:",
      "    try:",
      "        time.sleep(600)",
      "    except KeyboardInterrupt:",
      "        print('not now')",
      "",
    ].join("\n"),
  );
}

async function isDatabaseWhole(app: Installation): Promise<boolean> {
  const { DatabaseSync } = await import("node:sqlite");
  using database = new DatabaseSync(
    join(app.folder, "instance", "mediaparser.db"),
    { readOnly: true },
  );
  const row = database.prepare("PRAGMA integrity_check").get();
  return row?.integrity_check === "ok";
}

testUnless(
  missing,
  "a second Ctrl+C ends a worker that will not end, and its children, at once",
  async () => {
    await using app = await copySampleApp();
    await makeWorkerStubborn(app);
    await using launcher = launch(app);
    await launcher.ready();
    await launcher.line(/stubborn/);
    launcher.pressControlC();
    await launcher.line(/not now/);
    launcher.pressControlC();
    assertEquals(await launcher.ended, 130);
    await nothingLeftIn(app.folder);
  },
);

testUnless(
  missing,
  "one Ctrl+C ends a worker that will not end by force after a while",
  async () => {
    await using app = await copySampleApp();
    await makeWorkerStubborn(app);
    await using launcher = launch(app);
    await launcher.ready();
    await launcher.line(/stubborn/);
    launcher.pressControlC();
    assertEquals(await launcher.ended, 130);
    await nothingLeftIn(app.folder);
  },
);

testUnless(
  missing,
  "stop from another terminal ends everything gracefully",
  async () => {
    await using app = await copySampleApp();
    await using launcher = launch(app);
    await launcher.ready();
    await using stop = startLauncher({ app: app.folder, args: ["stop"] });
    assertEquals(await stop.ended, 0, stop.output());
    assertEquals(await launcher.ended, 0);
    await nothingLeftIn(app.folder);
    await using again = startLauncher({ app: app.folder, args: ["stop"] });
    assertEquals(await again.ended, 0);
    assertMatch(again.output(), /not running/);
  },
);

for (
  const [name, signal, target] of [
    // A terminal tells its whole process group; who ends a service, it alone.
    ["a terminal that is closed", "SIGHUP", -1],
    ["an end that the system asks for", "SIGTERM", 1],
    ["Ctrl+C, told to the launcher alone,", "SIGINT", 1],
  ] as const
) {
  testUnless(missing, `${name} ends everything gracefully`, async () => {
    await using app = await copySampleApp();
    await using launcher = launch(app);
    const url = await launcher.ready();
    await upload(url, "photo.jpg", await makePhoto());
    Deno.kill(target * launcher.pid, signal);
    assertEquals(await launcher.ended, 0, launcher.output());
    await nothingLeftIn(app.folder);
    // What SQLite leaves beside the database of an app that was cut off.
    const left = [...Deno.readDirSync(join(app.folder, "instance"))]
      .map(({ name }) => name).filter((name) => /-(?:wal|shm)$/.test(name));
    assertEquals(left, []);
    assert(await isDatabaseWhole(app));
  });
}

testUnless(
  missing,
  "a launcher that is killed leaves no process and a whole database",
  async () => {
    await using app = await copySampleApp();
    await using launcher = launch(app);
    const url = await launcher.ready();
    await upload(url, "photo.jpg", await makePhoto());
    Deno.kill(launcher.pid, "SIGKILL");
    await launcher.ended;
    await nothingLeftIn(app.folder);
    assert(await isDatabaseWhole(app));
  },
);

testUnless(
  missing,
  "a server that dies ends everything with its exit code and its last lines",
  async () => {
    await using app = await copySampleApp();
    await using launcher = launch(app);
    await launcher.ready();
    Deno.kill(processOf(app, "run.py"), "SIGKILL");
    assertEquals(await launcher.ended, 137);
    assertMatch(
      launcher.output(),
      /server ended by itself with exit code 137[^]*Running on/,
    );
    await nothingLeftIn(app.folder);
  },
);

testUnless(
  missing,
  "a worker that dies is started again, and the app sees that it lives",
  async () => {
    await using app = await copySampleApp();
    await using launcher = launch(app);
    const url = await launcher.ready();
    const first = processOf(app, "run_worker.py");
    Deno.kill(first, "SIGKILL");
    await launcher.line(/Starting it again/);
    await untilTrue(() => workerAlive(url));
    const id = await upload(url, "photo.jpg", await makePhoto());
    assertEquals((await processed(url, id)).status, "done");
    launcher.pressControlC();
    assertEquals(await launcher.ended, 0);
    await nothingLeftIn(app.folder);
  },
);

testUnless(
  missing,
  "a worker that dies again and again is given up, with its last lines; the page stays",
  async () => {
    await using app = await copySampleApp();
    await Deno.writeTextFile(
      join(app.folder, "run_worker.py"),
      "raise SystemExit('no queue today')\n",
    );
    await using launcher = launch(app);
    const url = await launcher.ready();
    await launcher.line(/ended 5 times within a minute[^]*no queue today/);
    assertEquals(await workerAlive(url), false);
    launcher.pressControlC();
    assertEquals(await launcher.ended, 0);
    await nothingLeftIn(app.folder);
  },
);

testUnless(
  missing,
  "Ctrl+C before the page is served ends everything",
  async () => {
    for (const moment of [0, 150, 300, 450, 600, 800]) {
      await using app = await copySampleApp();
      await using launcher = launch(app);
      await launcher.line(/is starting/);
      await delay(moment);
      launcher.pressControlC();
      assertEquals(await launcher.ended, 0, launcher.output());
      await nothingLeftIn(app.folder);
    }
  },
);
