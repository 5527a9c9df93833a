/**
 * Fetches packages from PyPI, by pip itself: it knows the index, the mirror,
 * the proxy and the certificates of this machine.
 *
 * @module
 */
import { join } from "@std/path";
import { UserError } from "../../launcher/user_error.ts";
import { CommandError, run } from "../subprocess.ts";

const remedy =
  "Install Python 3.9 or newer with pip; beside Deno it is all that a build needs.";

/** A command that starts Python 3, with its first arguments. */
export type PythonCommand = readonly [string, ...string[]];

let found: Promise<PythonCommand> | undefined;

/**
 * Finds a Python 3 that has pip.
 *
 * @throws {UserError} If there is none.
 */
export function findPython(): Promise<PythonCommand> {
  return found ??= searchPython();
}

async function searchPython(): Promise<PythonCommand> {
  const candidates: PythonCommand[] = Deno.build.os === "windows"
    ? [["py", "-3"], ["python"], ["python3"]]
    : [["python3"], ["python"]];
  for (const candidate of candidates) {
    try {
      const [command, ...args] = candidate;
      const script = "import sys, pip; print(sys.version_info >= (3, 9))";
      const answer = await run(command, [...args, "-c", script], { remedy });
      if (answer.trim() === "True") return candidate;
    } catch (error) {
      // Windows has a `python` that only opens its store.
      if (!(error instanceof UserError || error instanceof CommandError)) {
        throw error;
      }
    }
  }
  throw new UserError("Python 3 with pip was not found.", remedy);
}

async function pip(
  args: readonly string[],
  env: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const [command, ...first] = await findPython();
  await run(command, [
    ...first,
    "-m",
    "pip",
    ...args,
    "--quiet",
    "--no-input",
    "--disable-pip-version-check",
    "--no-cache-dir",
  ], { remedy, env, ...(signal === undefined ? {} : { signal }) });
}

/**
 * Downloads wheels for Windows and Python 3.12.
 *
 * @param requirements Text of a requirements file with a hash for each line.
 * @param folder An empty folder to put them into.
 * @throws {CommandError} If pip fails, a wrong hash included.
 */
export async function fetchWheels(
  requirements: string,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const file = join(folder, "requirements.txt");
  await Deno.writeTextFile(file, requirements);
  await pip(
    [
      "download",
      "--platform=win_amd64",
      "--python-version=3.12",
      "--implementation=cp",
      "--only-binary=:all:",
      "--require-hashes",
      "--no-deps",
      "--dest",
      folder,
      "-r",
      file,
    ],
    {},
    signal,
  );
  await Deno.remove(file);
}

/**
 * What builds an sdist's metadata: pip runs its setup.py for that, and would
 * fetch the newest setuptools for it without asking for a hash.
 */
const setuptools =
  "setuptools==80.9.0 --hash=sha256:062d34222ad13e0cc312a4c02d73f059e86a4acbfbdea8f8f76b28c99f306922\n";

/**
 * Downloads a source distribution. Its setup.py is run by pip, after the hash
 * was found right, with a setuptools that is pinned as well.
 *
 * @param folder An empty folder to put it into.
 * @throws {CommandError} If pip fails, a wrong hash included.
 */
export async function fetchSourceDistribution(
  name: string,
  version: string,
  sha256: string,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const tools = join(folder, "tools");
  const file = join(folder, "requirements.txt");
  await Deno.writeTextFile(file, setuptools);
  await pip(
    [
      "install",
      "--target",
      tools,
      "--only-binary=:all:",
      "--require-hashes",
      "--no-deps",
      "-r",
      file,
    ],
    {},
    signal,
  );
  await Deno.writeTextFile(
    file,
    `${name}==${version} --hash=sha256:${sha256}\n`,
  );
  await pip(
    [
      "download",
      `--no-binary=${name}`,
      "--no-build-isolation",
      "--require-hashes",
      "--no-deps",
      "--dest",
      folder,
      "-r",
      file,
    ],
    { PYTHONPATH: tools },
    signal,
  );
  await Deno.remove(file);
  await Deno.remove(tools, { recursive: true });
}
