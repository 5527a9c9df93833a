/**
 * Endings on Windows that are not the ordinary one.
 *
 * Not shown by Wine: a real window's X, log-off and shutdown (close the window,
 * sign out; then look for python.exe in the Task Manager), Ctrl+Break (Wine
 * freezes Pythons at it), and that the browser survives.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { testUnless } from "../support/requirements.ts";
import { upload, workerAlive } from "../support/sample_app.ts";
import { UnpackedBundle } from "./bundle.ts";
import { missingForConsole } from "./machine.ts";

const missing = missingForConsole();

testUnless(
  missing,
  "a second Ctrl+C ends a worker that will not end at once; one that dies again and again is given up",
  async () => {
    await using bundle = await UnpackedBundle.unpack();
    const worker = join(bundle.folder, "run_worker.py");
    await Deno.writeTextFile(
      worker,
      [
        "import subprocess, sys, time",
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])",
        "print('stubborn')",
        "while True:",
        "    try:",
        "        time.sleep(600)",
        "    except KeyboardInterrupt:",
        "        print('not now')",
        "",
      ].join("\n"),
    );
    {
      await using running = await bundle.start();
      await running.terminal.shows(/stubborn/);
      await running.terminal.press("C-c");
      await running.terminal.shows(/not now/);
      await running.terminal.press("C-c");
      await running.terminal.shows(/MediaParser has ended/);
      await bundle.process("MediaParser-launcher.exe");
      await running.terminal.press("Enter");
      assertEquals(await running.terminal.ended(), 130);
      await bundle.nothingLeft();
    }
    await Deno.writeTextFile(worker, "raise SystemExit('no queue today')\n");
    await using running = await bundle.start();
    await running.terminal.shows(/ended 5 times within a minute/);
    await running.terminal.shows(/no queue today/);
    assertEquals(await workerAlive(running.url), false);
    await running.terminal.press("C-c");
    assertEquals(await running.terminal.ended(), 0);
    await bundle.nothingLeft();
  },
);

testUnless(
  missing,
  "cycles of start, upload and end, by Ctrl+C, stop and a kill, lose no row and leave no process",
  async () => {
    await using bundle = await UnpackedBundle.unpack();
    const photo = await bundle.makePhoto();
    const ways = ["C-c", "stop", "kill", "C-c", "kill", "stop"];
    for (const [cycle, way] of ways.entries()) {
      await using running = await bundle.start();
      await upload(running.url, `${cycle}.jpg`, photo);
      if (way === "C-c") await running.terminal.press("C-c");
      else if (way === "stop") await bundle.command("stop");
      else {
        bundle.machine.kill(await bundle.process("MediaParser-launcher.exe"));
      }
      await bundle.nothingLeft();
    }
    using database = new DatabaseSync(
      join(bundle.folder, "instance", "mediaparser.db"),
    );
    const rows = database.prepare("SELECT count(*) AS n FROM items").get();
    assertEquals(rows?.n, ways.length);
    const check = database.prepare("PRAGMA integrity_check").get();
    assertEquals(check?.integrity_check, "ok");
  },
);
