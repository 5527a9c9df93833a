/**
 * A disk that is really full: a small file system of its own.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { prepareDatabase } from "../../launcher/database.ts";
import { UserError } from "../../launcher/user_error.ts";
import { TestPlaces } from "./database_places.ts";
import { sqlOptions } from "./database_upgrades.ts";

const megabyte = 1024 * 1024;

/** Why no file system can be mounted here, or undefined. */
function obstacle(): string | undefined {
  if (Deno.build.os !== "linux") return "mounts a tmpfs, which is Linux'";
  if (Deno.uid() !== 0) return "needs root, to mount a file system";
  const folder = Deno.makeTempDirSync();
  const mounted = mount(folder);
  if (mounted) unmount(folder);
  Deno.removeSync(folder);
  return mounted ? undefined : "may not mount file systems";
}

function mount(folder: string): boolean {
  return new Deno.Command("mount", {
    args: ["-t", "tmpfs", "-o", "size=16m", "tmpfs", folder],
    stderr: "null",
  }).outputSync().success;
}

function unmount(folder: string): void {
  assert(new Deno.Command("umount", { args: [folder] }).outputSync().success);
}

/** Fills a file system but for `left` bytes. */
function fill(path: string, left: number): void {
  using file = Deno.openSync(path, { create: true, write: true });
  const block = new Uint8Array(64 * 1024);
  let written = 0;
  try {
    for (;;) written += file.writeSync(block);
  } catch (error) {
    assert(String(error).includes("os error 28"), String(error));
  }
  file.truncateSync(written - left);
}

const cases = {
  "while the copy is made": 0.3 * megabyte,
  "while the upgrade runs": 2.2 * megabyte,
};
const why = obstacle();

for (const [moment, left] of Object.entries(cases)) {
  Deno.test({
    name: `a disk that gets full ${moment} loses nothing` +
      (why === undefined ? "" : ` (skipped: ${why})`),
    ignore: why !== undefined,
    fn: async () => {
      await using places = new TestPlaces();
      assert(mount(places.instance));
      try {
        places.make("a1", 20_000);
        const photos = places.photos();
        const filler = join(places.instance, "filler");
        fill(filler, left);
        let started = false;
        const options = sqlOptions(places);
        const error = await assertRejects(
          () =>
            prepareDatabase({
              ...options,
              runDatabaseCommand: async (command) => {
                started = true;
                try {
                  return await options.runDatabaseCommand(command);
                } catch (error) {
                  const text = String(error);
                  return { ok: false, kind: "disk-full", error: text };
                }
              },
            }),
          UserError,
          "disk",
        );
        assert(error.remedy.startsWith("Free some space"), error.remedy);
        assertEquals(started, moment === "while the upgrade runs");
        assertEquals(places.photos(), photos);

        Deno.removeSync(filler);
        assertEquals((await prepareDatabase(options)).action, "upgrade");
        assertEquals(places.photos(), photos);
        assertEquals(places.files(), ["backups", "mediaparser.db"]);
      } finally {
        unmount(places.instance);
      }
    },
  });
}
