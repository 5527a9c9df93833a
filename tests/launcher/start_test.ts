import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import { copySampleApp } from "../support/installation.ts";
import { nothingLeftIn, startLauncher } from "../support/launcher_process.ts";
import { makePhoto, makeVideo } from "../support/media.ts";
import { freePort } from "../support/ports.ts";
import { missingForSampleApp, testUnless } from "../support/requirements.ts";
import { processed, upload, workerAlive } from "../support/sample_app.ts";

const missing = missingForSampleApp();
const quiet = (port = freePort()) => ["--no-browser", "--port", String(port)];
const fileExists = (path: string) =>
  Deno.stat(path).then(() => true, () => false);

testUnless(
  missing,
  "start() serves the page, processes a photo and a video, and Ctrl+C ends all of it",
  async () => {
    await using app = await copySampleApp();
    await using launcher = startLauncher({ app: app.folder, args: quiet() });
    const url = await launcher.ready();
    assertStringIncludes(await (await fetch(url)).text(), "<html");
    assert(await workerAlive(url));

    const photo = await processed(
      url,
      await upload(url, "photo.jpg", await makePhoto()),
    );
    assertEquals(photo.status, "done");
    assertStringIncludes(JSON.stringify(photo), "Test Camera Works");
    const video = await processed(
      url,
      await upload(url, "video.mp4", await makeVideo()),
    );
    assertEquals(video.status, "done");
    for (const { id } of [photo, video]) {
      const thumbnail = await fetch(new URL(`/thumbnails/${id}.jpg`, url));
      assertEquals(thumbnail.headers.get("content-type"), "image/jpeg");
      await thumbnail.body?.cancel();
    }

    launcher.pressControlC();
    assertEquals(await launcher.ended, 0);
    await nothingLeftIn(app.folder);
    const instance = join(app.folder, "instance");
    assert(await fileExists(join(instance, "mediaparser.db")));
    for (const left of ["mediaparser.db-wal", "launcher.json"]) {
      assert(!await fileExists(join(instance, left)), `${left} is left`);
    }
  },
);

testUnless(
  missing,
  "start() keeps key and data of an earlier start, and tells both in the logs",
  async () => {
    await using app = await copySampleApp("a name with spaces & ünïcode 家");
    const dotenv = join(app.folder, ".env");
    const keys: string[] = [];
    const photo = await makePhoto();
    for (const round of [1, 2]) {
      await using launcher = startLauncher({ app: app.folder, args: quiet() });
      const url = await launcher.ready();
      const id = await upload(url, `photo ${round}.jpg`, photo);
      await processed(url, id);
      const { items } = await (await fetch(new URL("/api/items", url))).json();
      assertEquals(items.length, round);
      launcher.pressControlC();
      assertEquals(await launcher.ended, 0);
      keys.push(await Deno.readTextFile(dotenv));
    }
    assertEquals(keys[0], keys[1]);
    assertMatch(keys[0]!, /^SECRET_KEY=[0-9a-f]{64}$/m);
    const log = await Deno.readTextFile(
      join(app.folder, "logs", "launcher.log"),
    );
    assertEquals(log.match(/has ended/g)?.length, 2);
    for (const name of ["server", "worker"]) {
      const path = join(app.folder, "logs", `${name}.log`);
      assertNotEquals((await Deno.stat(path)).size, 0);
    }
  },
);
