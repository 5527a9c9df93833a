/**
 * Runs the build as a person does, with everything that can be wrong.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { appParts } from "../../build/app.ts";
import { sha256OfFileSync } from "../../build/digest.ts";
import { lockUrl, parseLock } from "../../build/requirements_lock.ts";
import { removeIfThere } from "../../build/workspace.ts";
import { builtBundle, testCache } from "../built_bundle.ts";
import { TemporaryFolder } from "./temporary_folder.ts";
import { randomNumbers } from "./zip_maker.ts";

const repository = fromFileUrl(new URL("../../", import.meta.url));
const sampleApp = join(repository, "tests", "sample-app");

function command(
  args: string[],
  env: Record<string, string> = {},
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    // Quiet: in an empty cache Deno itself would have something to say first.
    args: ["run", "--quiet", "-A", join(repository, "build/main.ts"), ...args],
    cwd: repository,
    env: { DENO_TLS_CA_STORE: "mozilla,system", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function runBuild(
  ...args: string[]
): Promise<{ code: number; out: string; error: string }> {
  const { code, stdout, stderr } = await command(args).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), error: decoder.decode(stderr) };
}

/** A cache with the downloads and what was worked out from them, but its own. */
function cacheCopy(folder: TemporaryFolder, derived: boolean): string {
  for (const name of derived ? ["downloads", "derived"] : ["downloads"]) {
    linkTree(join(testCache(), name), folder.at("cache", name));
  }
  return folder.at("cache");
}

/** Copies a folder by hard links, so that hundreds of megabytes cost nothing. */
function linkTree(from: string, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const entry of Deno.readDirSync(from)) {
    const source = join(from, entry.name);
    if (entry.isDirectory) linkTree(source, join(to, entry.name));
    else linkOrCopy(source, join(to, entry.name));
  }
}

function linkOrCopy(from: string, to: string): void {
  try {
    Deno.linkSync(from, to);
  } catch {
    // On another disk, or on one without hard links.
    Deno.copyFileSync(from, to);
  }
}

const bad: [what: string, args: string[], message: string][] = [
  ["an unknown flag", ["--prot", "1"], "'--prot' is not known"],
  ["a bad version", ["--version", "one"], "'one' from --version is no version"],
  ["an app that is not there", ["--app", "nowhere"], "it lacks run.py"],
  ["an app in an archive", ["--app", "README.md"], "it lacks run.py"],
];

for (const [what, args, message] of bad) {
  Deno.test(`main() refuses ${what} with one line`, async () => {
    using folder = new TemporaryFolder();
    const { code, out, error } = await runBuild(
      ...args,
      ...["--cache", folder.at("cache"), "--out", folder.at("out")],
    );
    assertEquals([code, out], [1, ""]);
    assertStringIncludes(error, message);
    assertEquals(error.trim().split("\n").length, 1, error);
    assertEquals(folder.names().includes("out"), false);
  });
}

Deno.test("main() prints its help", async () => {
  const { code, out } = await runBuild("--help");
  assertEquals(code, 0);
  for (
    const flag of [
      "--app",
      "--version",
      "--cache",
      "--out",
      "--dir",
      "--offline",
      "--check",
    ]
  ) {
    assertStringIncludes(out, flag);
  }
});

Deno.test("main() refuses an app whose requirements the lock does not hold", async () => {
  using folder = new TemporaryFolder();
  for (const part of appParts) {
    folder.write(`app/${part}${part.endsWith("/") ? "__init__.py" : ""}`, "");
  }
  folder.write("app/requirements.txt", "flask>=99\nno-such-package\n");
  const { code, error } = await runBuild(
    ...["--app", folder.at("app")],
    ...["--cache", folder.at("cache"), "--out", folder.at("out")],
  );
  assertEquals(code, 1);
  assertStringIncludes(error, "flask>=99 (locked is");
  assertStringIncludes(error, "no-such-package (it is not locked)");
  assertStringIncludes(error, "deno task lock --app");
});

Deno.test("main() says what is missing with an empty cache and no network", async () => {
  using folder = new TemporaryFolder();
  const { code, out, error } = await runBuild(
    ...["--offline", "--cache", folder.at("cache"), "--out", folder.at("out")],
  );
  assertEquals([code, out], [1, ""]);
  assertStringIncludes(error, "is not in the cache, and --offline forbids");
  assertEquals(folder.names().includes("out"), false);
});

Deno.test("main() writes a folder with --dir", async () => {
  await builtBundle();
  using folder = new TemporaryFolder();
  const cache = cacheCopy(folder, true);
  const { code, out, error } = await runBuild(
    ...["--dir", "--offline", "--cache", cache, "--out", folder.at("out")],
    ...["--version", "9.8.7"],
  );
  assertEquals(code, 0, error);
  assertEquals(out.trim(), folder.at("out", "MediaParser-Windows-v9.8.7"));
  const bundle = "out/MediaParser-Windows-v9.8.7/MediaParser";
  assertEquals(
    folder.names(bundle).filter((name) => /^(?:run|manifest)\./.test(name)),
    ["manifest.json", "run.py"],
  );
  assertEquals(folder.names("out"), ["MediaParser-Windows-v9.8.7"]);
});

Deno.test("main() names the damaged download that it may not fetch again", async () => {
  await builtBundle();
  using folder = new TemporaryFolder();
  const cache = cacheCopy(folder, true);
  const wheels = join(cache, "downloads", "wheels");
  const name = parseLock(Deno.readTextFileSync(lockUrl))
    .find(({ name }) => name === "flask")!.file;
  const bytes = Deno.readFileSync(join(wheels, name));
  // The link is cut first: the file is shared with the real cache.
  Deno.removeSync(join(wheels, name));
  bytes[1000]! ^= 1;
  Deno.writeFileSync(join(wheels, name), bytes);
  const { code, error } = await runBuild(
    ...["--offline", "--cache", cache, "--out", folder.at("out")],
  );
  assertEquals(code, 1);
  assertStringIncludes(error, name);
});

Deno.test({
  name:
    "main() leaves no program at work, and nothing of its own, when it fails",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    using folder = new TemporaryFolder();
    const cache = folder.at("cache");
    // It fails at once, when others have just begun.
    const { code } = await runBuild(
      ...["--offline", "--cache", cache, "--out", folder.at("out")],
    );
    assertEquals(code, 1);
    const commands = [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
      try {
        return [Deno.readTextFileSync(`/proc/${name}/cmdline`)];
      } catch {
        return [];
      }
    });
    assertEquals(commands.filter((each) => each.includes(cache)), []);
    assertEquals(
      folder.names("cache").filter((name) => name.startsWith(".build-")),
      [],
    );
  },
});

Deno.test("main() makes anew whatever is damaged of what it worked out", async () => {
  const zip = await builtBundle();
  using folder = new TemporaryFolder();
  const cache = cacheCopy(folder, true);
  const derived = join(cache, "derived");
  for (const { name } of [...Deno.readDirSync(derived)]) {
    const path = join(derived, name);
    const bytes = Deno.readFileSync(path);
    Deno.removeSync(path);
    bytes[bytes.length >> 1]! ^= 1;
    Deno.writeFileSync(path, bytes);
  }
  const { code, error } = await runBuild(
    ...["--offline", "--cache", cache, "--out", folder.at("out")],
  );
  assertEquals(code, 0, error);
  const made = folder.names("out").find((name) => name.endsWith(".zip"))!;
  assertEquals(sha256OfFileSync(folder.at("out", made)), sha256OfFileSync(zip));
});

/** How often a build is killed. */
const kills = 30;

Deno.test(`main() leaves the right zip after being killed at ${kills} random points`, async () => {
  const expected = sha256OfFileSync(await builtBundle());
  using folder = new TemporaryFolder();
  const cache = cacheCopy(folder, false);
  const args = [
    ...["--offline", "--cache", cache, "--out", folder.at("out")],
    ...["--app", sampleApp],
  ];
  const seed = Date.now();
  const random = randomNumbers(seed);
  /** A zip that can be seen is a whole one. */
  const checkZips = (): number => {
    const zips = folder.names()
        .includes("out")
      ? folder.names("out").filter((name) => name.endsWith(".zip"))
      : [];
    for (const name of zips) {
      const sha256 = sha256OfFileSync(folder.at("out", name));
      assertEquals(sha256, expected, `seed ${seed}`);
    }
    return zips.length;
  };
  /** Builds to the end; @returns how long it took, in milliseconds. */
  const finish = async (): Promise<number> => {
    const started = performance.now();
    const { code, error } = await runBuild(...args);
    assertEquals(code, 0, `seed ${seed}: ${error}`);
    assertEquals(checkZips(), 1, `seed ${seed}`);
    assertEquals(folder.names("out").length, 2, `seed ${seed}`);
    return performance.now() - started;
  };
  const duration = await finish();
  let hit = 0;
  for (let round = 0; round < kills; round++) {
    // Some from the very beginning, some where an earlier one was cut off,
    // which takes less time.
    const fresh = round % 5 === 0;
    if (fresh) removeIfThere(join(cache, "derived"));
    if (round % 10 === 0) removeIfThere(folder.at("out"));
    const child = command(args).spawn();
    const killed = setTimeout(() => {
      try {
        child.kill("SIGKILL");
      } catch { /* it has ended already */ }
    }, random() * (fresh ? duration : duration / 3));
    if (!(await child.output()).success) hit++;
    clearTimeout(killed);
    checkZips();
    if (round % 10 === 9) await finish();
  }
  assert(hit > kills / 2, `seed ${seed}: only ${hit} builds were cut off`);
  // Nothing of them stays in the cache either. A folder that was hit before it
  // was locked, or that a compiler outlived its build in, goes when it is old.
  const left = (): string[] =>
    folder.names("cache").filter((name) => name.startsWith(".build-"));
  const old = new Date(Date.now() - 600_000);
  for (const name of left()) {
    Deno.utimeSync(folder.at("cache", name), old, old);
  }
  await finish();
  assertEquals(left(), [], `seed ${seed}`);
});

/** A file system of a few megabytes; only root on Linux can make one. */
async function mountSmallDisk(path: string): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  Deno.mkdirSync(path);
  try {
    const { success } = await new Deno.Command("mount", {
      args: ["-t", "tmpfs", "-o", "size=20m", "tmpfs", path],
      stderr: "null",
    }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test("main() says that the disk is full, and leaves nothing", async (test) => {
  await builtBundle();
  using folder = new TemporaryFolder();
  const disk = folder.at("disk");
  if (!await mountSmallDisk(disk)) {
    await test.step({
      name: "a small disk can be made by root on Linux only",
      ignore: true,
      fn() {},
    });
    return;
  }
  try {
    const cache = cacheCopy(folder, true);
    const { code, out, error } = await runBuild(
      ...["--offline", "--cache", cache, "--out", disk],
    );
    assertEquals([code, out], [1, ""]);
    assert(
      error.trim().split("\n").at(-1)!.startsWith("The disk is full."),
      error,
    );
    assertEquals([...Deno.readDirSync(disk)], []);
  } finally {
    await new Deno.Command("umount", { args: [disk] }).output();
  }
});
