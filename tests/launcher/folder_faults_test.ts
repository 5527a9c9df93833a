/**
 * Folders a start has to cope with or refuse: each with its one remedy. (Linux)
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { copy } from "@std/fs/copy";
import { join } from "@std/path";
import { type CompiledProgram, compileProgram } from "../support/compiled.ts";
import { copySampleApp } from "../support/installation.ts";
import { nothingLeftIn, startLauncher } from "../support/launcher_process.ts";
import { freePort } from "../support/ports.ts";
import { missingForSampleApp, testUnless } from "../support/requirements.ts";

const missing = missingForSampleApp();
const missingForRoot = missing ??
  (Deno.uid() === 0 ? undefined : "only root may mount a disk or change users");

const quiet = () => ["--no-browser", "--port", String(freePort())];

/** Starts the app in a folder, looks at its page, and ends it. */
async function startsIn(folder: string): Promise<string> {
  await using launcher = startLauncher({ app: folder, args: quiet() });
  const url = await launcher.ready();
  await (await fetch(url)).body?.cancel();
  launcher.pressControlC();
  assertEquals(await launcher.ended, 0, launcher.output());
  await nothingLeftIn(folder);
  return launcher.output();
}

/** A small disk of its own, mounted on an empty folder. */
async function mountDisk(
  bytes: number,
): Promise<AsyncDisposable & { folder: string }> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const run = async (command: string, args: string[]) => {
    const { success, stderr } = await new Deno.Command(command, { args })
      .output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  };
  await run("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder]);
  return {
    folder,
    [Symbol.asyncDispose]: async () => {
      await run("umount", [folder]);
      await Deno.remove(folder);
    },
  };
}

testUnless(
  missing,
  "a folder with spaces, signs and letters of all sorts is as good as any",
  async () => {
    await using app = await copySampleApp("Ünï 家 & co %TEMP% 'x' ; $HOME");
    await startsIn(app.folder);
  },
);

testUnless(
  missing,
  "a path of more than 200 characters is as good as any on Linux",
  async () => {
    await using app = await copySampleApp("long-".repeat(40));
    assert(app.folder.length > 200);
    await startsIn(app.folder);
  },
);

testUnless(
  missing,
  "a folder that a cloud service keeps in sync is warned of, and works",
  async () => {
    await using app = await copySampleApp("Dropbox");
    assertMatch(await startsIn(app.folder), /kept in sync by Dropbox/);
  },
);

testUnless(
  missingForRoot,
  "a folder that may only be read is refused with its remedy, and nothing is started",
  async () => {
    await using launcherProgram: CompiledProgram = await compileProgram(
      "launcher/main.ts",
    );
    await using app = await copySampleApp();
    // The launcher's folder and the app are readable for everybody, and no more.
    for (
      const folder of [join(launcherProgram.path, ".."), join(app.folder, "..")]
    ) {
      await Deno.chmod(folder, 0o755);
    }
    await Deno.chmod(app.folder, 0o555);
    await using launcher = startLauncher({
      executable: launcherProgram.path,
      app: app.folder,
      args: quiet(),
      uid: 65534,
    });
    assertEquals(await launcher.ended, 1, launcher.output());
    assertMatch(launcher.output(), /Cannot write in .*: access denied/);
    assertStringIncludes(launcher.output(), "Move the MediaParser folder");
    await Deno.chmod(app.folder, 0o755);
  },
);

testUnless(
  missingForRoot,
  "a disk that is almost full is refused, one that is filling up is warned of",
  async () => {
    await using app = await copySampleApp();
    for (
      const [megabytes, code, expected] of [
        [50, 1, /The disk is almost full: \d+ MB are free/],
        [400, 0, /Warning: The disk is almost full/],
      ] as const
    ) {
      await using disk = await mountDisk(megabytes * 1_000_000);
      const folder = join(disk.folder, "app");
      await copy(app.folder, folder);
      await using launcher = startLauncher({ app: folder, args: quiet() });
      await launcher.line(expected);
      if (code === 0) {
        await launcher.ready();
        launcher.pressControlC();
      }
      assertEquals(await launcher.ended, code, launcher.output());
      await nothingLeftIn(folder);
    }
  },
);

testUnless(
  missingForRoot,
  "a disk that fills up while MediaParser runs ends neither the page nor the launcher",
  async () => {
    await using app = await copySampleApp();
    await using disk = await mountDisk(400_000_000);
    const folder = join(disk.folder, "app");
    await copy(app.folder, folder);
    await using launcher = startLauncher({ app: folder, args: quiet() });
    const url = await launcher.ready();
    await launcher.line(/consumer started/);
    using filler = await Deno.open(join(disk.folder, "filler"), {
      create: true,
      write: true,
    });
    const block = new Uint8Array(1_000_000);
    try {
      for (;;) filler.writeSync(block);
    } catch (error) {
      assertMatch(String(error), /No space left/);
    }
    for (let request = 0; request < 20; request++) {
      const response = await fetch(url);
      assertEquals(response.status, 200);
      await response.body?.cancel();
    }
    launcher.pressControlC();
    assertEquals(await launcher.ended, 0, launcher.output());
    await nothingLeftIn(folder);
  },
);

testUnless(
  missing,
  "doctor ends with 0 where all is well, and its zip holds no secret",
  async () => {
    await using app = await copySampleApp();
    await startsIn(app.folder);
    const key = (await Deno.readTextFile(join(app.folder, ".env")))
      .match(/SECRET_KEY=(\w+)/)![1]!;
    await Deno.writeTextFile(
      join(app.folder, "logs", "server.log"),
      `the key is ${key}, the token=abcdef123456\n`,
      { append: true },
    );
    await using doctor = startLauncher({
      app: app.folder,
      args: ["doctor", "--zip"],
    });
    const [, zip = ""] = await doctor.line(/Support bundle: (\S+\.zip)/);
    assertEquals(await doctor.ended, 0, doctor.output());
    const { stdout } = await new Deno.Command("unzip", {
      args: ["-p", zip],
    }).output();
    const text = new TextDecoder().decode(stdout);
    assertStringIncludes(text, "The database is sound");
    assertStringIncludes(text, "the key is <secret>");
    assert(!text.includes(key) && !text.includes("abcdef123456"));
  },
);
