/**
 * A hundred starts and ends of one installation, in every way. (Linux)
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { compileProgram } from "../support/compiled.ts";
import { copySampleApp } from "../support/installation.ts";
import { nothingLeftIn, startLauncher } from "../support/launcher_process.ts";
import { makePhoto } from "../support/media.ts";
import { freePort } from "../support/ports.ts";
import { missingForSampleApp, testUnless } from "../support/requirements.ts";
import { upload } from "../support/sample_app.ts";

const cycles = 100;

testUnless(
  missingForSampleApp(),
  `${cycles} cycles of start, upload and end lose no row and leave no process`,
  async () => {
    await using program = await compileProgram("launcher/main.ts");
    await using app = await copySampleApp();
    const photo = await makePhoto();
    const start = (...args: string[]) =>
      startLauncher({ executable: program.path, app: app.folder, args });
    for (let cycle = 0; cycle < cycles; cycle++) {
      await using launcher = start(
        "--no-browser",
        "--port",
        String(freePort()),
      );
      await upload(await launcher.ready(), `${cycle}.jpg`, photo);
      if (cycle % 10 === 9) Deno.kill(launcher.pid, "SIGKILL");
      else if (cycle % 10 === 4) await start("stop").ended;
      else launcher.pressControlC();
      assertEquals(
        await launcher.ended,
        cycle % 10 === 9 ? 137 : 0,
        launcher.output(),
      );
      await nothingLeftIn(app.folder);
    }
    using database = new DatabaseSync(
      join(app.folder, "instance", "mediaparser.db"),
    );
    const rows = database.prepare("SELECT count(*) AS n FROM items").get();
    assertEquals(rows?.n, cycles);
    const check = database.prepare("PRAGMA integrity_check").get();
    assertEquals(check?.integrity_check, "ok");
  },
);
