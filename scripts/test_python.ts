/**
 * The Python environment that the tests run the sample app in.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { fromFileUrl, join } from "@std/path";

const root = fromFileUrl(new URL("../", import.meta.url));

/**
 * Either a Python that can run the sample app, and what is to be said of it, or
 * why there is none.
 */
export type TestPython = { python: string; remark?: string } | {
  reason: string;
};

async function run(command: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args })
    .output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(`${command} ${args.join(" ")}:\n${decoder.decode(stderr)}`);
  }
  return decoder.decode(stdout).trim();
}

/** The versions the bundle ships, as pip constraints without their hashes. */
export function constraintsFromLock(lock: string): string {
  return [...lock.matchAll(/^([A-Za-z0-9._-]+)==([^\s\\;]+)/gm)]
    .filter(([, name]) => !/^(python-magic-bin|colorama)$/i.test(name!))
    .map(([, name, version]) => `${name}==${version}`)
    .join("\n") + "\n";
}

const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];

/** The pins among `pins` that there is a file for this Python of. */
async function fittingPins(python: string, pins: string[]): Promise<string[]> {
  const fitting: string[] = [];
  for (const pin of pins) {
    try {
      await run(python, [...pip, "--dry-run", "--no-deps", pin]);
      fitting.push(pin);
    } catch { /* the newest that fits stands in for it */ }
  }
  return fitting;
}

/**
 * Installs the sample app's requirements.
 *
 * @param folder Where the constraints are written.
 * @returns What is to be said of the versions; nothing when they are the bundle's.
 */
async function install(
  python: string,
  folder: string,
  lock: string,
): Promise<string> {
  const requirements = join(root, "tests", "sample-app", "requirements.txt");
  const constraints = join(folder, "constraints.txt");
  const installWith = async (pins: string[]): Promise<void> => {
    await Deno.writeTextFile(constraints, `${pins.join("\n")}\n`);
    await run(python, [...pip, "-r", requirements, "-c", constraints]);
  };
  const pins = constraintsFromLock(lock).trim().split("\n");
  try {
    await installWith(pins);
    return "";
  } catch (error) {
    if (!String(error).includes("ResolutionImpossible")) throw error;
  }
  const fitting = await fittingPins(python, pins);
  await installWith(fitting);
  const others = pins.filter((pin) => !fitting.includes(pin)).join(", ");
  return `${others} are not for it; the newest that are stand in for them`;
}

/**
 * Makes the environment below .build-cache/, or takes the one that is there.
 * It holds the sample app's requirements in the versions the bundle ships; where
 * this machine's Python is too old for those, in the newest that it takes.
 */
export async function prepareTestPython(): Promise<TestPython> {
  const requirements = join(root, "tests", "sample-app", "requirements.txt");
  const lock = await Deno.readTextFile(
    join(root, "build", "requirements.lock"),
  );
  const system = Deno.env.get("MEDIAPARSER_PYTHON") ??
    (Deno.build.os === "windows" ? "python" : "python3");
  let version: string;
  try {
    version = await run(system, ["-c", "import sys; print(sys.version)"]);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return { reason: `no ${system} on PATH` };
    }
    throw error;
  }
  const key = createHash("sha256")
    .update(version).update(lock)
    .update(await Deno.readFile(requirements))
    .digest("hex").slice(0, 12);
  const folder = join(root, ".build-cache", `test-python-${key}`);
  const python = Deno.build.os === "windows"
    ? join(folder, "Scripts", "python.exe")
    : join(folder, "bin", "python");
  const ready = join(folder, ".ready");
  try {
    return { python, ...remarkOf(await Deno.readTextFile(ready)) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  let remark = "";
  try {
    await run(system, ["-m", "venv", "--clear", folder]);
    remark = await install(python, folder, lock);
  } catch (error) {
    const lines = String(error instanceof Error ? error.message : error)
      .trim().split("\n");
    return { reason: `its packages could not be installed: ${lines.at(-1)}` };
  }
  await Deno.writeTextFile(ready, remark);
  return { python, ...remarkOf(remark) };
}

function remarkOf(text: string): { remark?: string } {
  return text === "" ? {} : { remark: text };
}
