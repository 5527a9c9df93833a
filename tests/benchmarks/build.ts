/**
 * `deno task bench:build`: the build against the plain way, in one run.
 *
 * Three things are measured, each several times in turns so that a busy moment
 * hits all of them: the reference; a full build that finds its downloads and
 * nothing else in the cache; and a build after a change in the app alone.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { copy } from "@std/fs/copy";
import { join } from "@std/path";
import { lockUrl, parseLock } from "../../build/requirements_lock.ts";
import { findPython } from "../../build/sources/pypi.ts";
import denoConfig from "../../deno.json" with { type: "json" };
import { repository } from "../support/installation.ts";
import { markdownTable, median, writeSection } from "./report.ts";

const sampleApp = join(repository, "tests", "sample-app");
const realCache = join(repository, ".build-cache");

/** One measured run. */
interface Measurement {
  seconds: number;
  /** Bytes of the zip. */
  size: number;
  /** Most memory at one moment, of the process and its children, in bytes; 0 where it cannot be read. */
  memory: number;
}

/** Processes below `root`, itself included. */
function processTree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = Deno.readTextFileSync(`/proc/${name}/stat`);
      // The name of the program, in brackets, may hold anything.
      const parent = Number(
        stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1],
      );
      children.set(parent, [...children.get(parent) ?? [], Number(name)]);
    } catch { /* it has ended */ }
  }
  const tree = [root];
  for (const process of tree) tree.push(...children.get(process) ?? []);
  return tree;
}

/** Memory of a process tree: what several of its processes share counts once. */
function memoryOf(root: number): number {
  let total = 0;
  for (const process of processTree(root)) {
    try {
      const text = Deno.readTextFileSync(`/proc/${process}/smaps_rollup`);
      total += Number(text.match(/^Pss:\s+(\d+) kB/m)?.[1] ?? 0) * 1024;
    } catch { /* it has ended */ }
  }
  return total;
}

/** The build's command as its task has it: what memory it takes hangs on the settings there. */
function buildCommand(): { env: Record<string, string>; args: string[] } {
  const words = denoConfig.tasks["build:windows"].command.split(" ");
  const program = words.indexOf("deno");
  return {
    env: Object.fromEntries(
      words.slice(0, program).map((word) => word.split("=", 2)),
    ),
    args: words.slice(program + 1),
  };
}

/**
 * Runs a program to its end.
 *
 * @param env Variables to set for it.
 * @param watched Whether its memory is looked at, which slows it down.
 */
async function measure(
  command: readonly string[],
  env: Record<string, string>,
  zip: () => string,
  watched: boolean,
): Promise<Measurement> {
  const [program, ...args] = command;
  const started = performance.now();
  const child = new Deno.Command(program!, {
    args,
    env,
    cwd: repository,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let memory = 0;
  const watch = watched && Deno.build.os === "linux"
    ? setInterval(() => memory = Math.max(memory, memoryOf(child.pid)), 50)
    : undefined;
  const { success, stderr } = await child.output();
  const seconds = (performance.now() - started) / 1000;
  clearInterval(watch);
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return { seconds, memory, size: Deno.statSync(zip()).size };
}

/** Name of the only zip in a folder. */
function zipIn(folder: string): string {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  return join(folder, names.find((name) => name.endsWith(".zip"))!);
}

/** Copies the downloads, without the wheels of earlier locks: the reference unpacks what is there. */
async function copyDownloads(target: string): Promise<void> {
  await copy(join(realCache, "downloads"), target);
  const locked = new Set(
    parseLock(await Deno.readTextFile(lockUrl)).map(({ file }) => file),
  );
  const wheels = join(target, "wheels");
  for (const { name } of [...Deno.readDirSync(wheels)]) {
    if (!locked.has(name)) await Deno.remove(join(wheels, name));
  }
}

/**
 * Measures all three: `rounds` times their time, and once more their memory.
 */
async function measureAll(
  rounds: number,
  folder: string,
): Promise<Record<"reference" | "full" | "app", Measurement[]>> {
  const [python, ...pythonArgs] = await findPython();
  const cache = join(folder, "cache");
  const out = join(folder, "out");
  const app = join(folder, "app");
  await copy(sampleApp, app);
  await copyDownloads(join(cache, "downloads"));
  const { env, args } = buildCommand();
  const build = [
    Deno.execPath(),
    ...[...args, "--offline", "--app", app],
    ...["--cache", cache, "--out", out],
  ];
  const results = {
    reference: [] as Measurement[],
    full: [] as Measurement[],
    app: [] as Measurement[],
  };
  const reference = join(folder, "reference.zip");
  for (let round = 0; round <= rounds; round++) {
    const watched = round === rounds;
    results.reference.push(
      await measure(
        [
          python,
          ...pythonArgs,
          join(repository, "tests", "benchmarks", "reference_build.py"),
          ...[cache, app, reference],
        ],
        {},
        () => reference,
        watched,
      ),
    );
    await Deno.remove(join(cache, "derived"), { recursive: true })
      .catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
    results.full.push(await measure(build, env, () => zipIn(out), watched));
    await Deno.writeTextFile(
      join(app, "app", "changed.py"),
      `"""Changed in round ${round}."""\n`,
    );
    results.app.push(await measure(build, env, () => zipIn(out), watched));
  }
  return results;
}

/** The table of a run. */
export function buildTable(
  results: Record<"reference" | "full" | "app", Measurement[]>,
): string {
  const middle = (key: keyof Measurement, of: Measurement[]): number =>
    median(of.map((measurement) => measurement[key]));
  const { reference } = results;
  const row = (name: string, of: Measurement[]): string[] => {
    const seconds = middle("seconds", of.slice(0, -1));
    const size = middle("size", of);
    const memory = Math.max(...of.map((measurement) => measurement.memory));
    return [
      name,
      `${seconds.toFixed(2)} s`,
      `${(seconds / middle("seconds", reference.slice(0, -1))).toFixed(2)} x`,
      `${(size / 1e6).toFixed(1)} MB`,
      `${(size / middle("size", reference)).toFixed(2)} x`,
      memory === 0 ? "not measured" : `${Math.round(memory / 1e6)} MB`,
    ];
  };
  return markdownTable([
    ["", "Time", "of reference", "Zip", "of reference", "Peak memory"],
    row("Reference", reference),
    row("Full build, downloads cached", results.full),
    row("After a change in the app", results.app),
  ]);
}

/** Measures, and prints the table. */
async function main(): Promise<void> {
  const flags = parseArgs(Deno.args, {
    boolean: ["write"],
    string: ["rounds"],
    default: { rounds: "5" },
  });
  const folder = await Deno.makeTempDir();
  try {
    const table = buildTable(await measureAll(Number(flags.rounds), folder));
    await Deno.stdout.write(new TextEncoder().encode(`${table}\n`));
    if (flags.write) await writeSection("build", table);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await main();
