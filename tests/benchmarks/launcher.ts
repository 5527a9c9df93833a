/**
 * How much time and memory the launcher adds to the app, each measurement side
 * by side with the same thing done by hand, in one run.
 *
 * `deno task bench:launcher [--runs N] [--write]`; --write puts the table into
 * docs/BENCHMARKS.md. Linux only: it looks into /proc.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { delay } from "@std/async/delay";
import { compileProgram } from "../support/compiled.ts";
import { freePort } from "../support/ports.ts";
import { copySampleApp, type Installation } from "../support/installation.ts";
import { processesIn, startLauncher } from "../support/launcher_process.ts";
import { prepareTestPython } from "../../scripts/test_python.ts";
import { markdownTable, median, writeSection } from "./report.ts";

/** Milliseconds until `url` answers 200. */
async function firstAnswer(url: string, since: number): Promise<number> {
  for (;;) {
    try {
      const response = await fetch(url);
      await response.body?.cancel();
      if (response.status === 200) return performance.now() - since;
    } catch {
      // Nobody listens yet.
    }
    await delay(5);
  }
}

/** Milliseconds until nothing works in the folder any more. */
async function nothingLeft(folder: string, since: number): Promise<number> {
  while (processesIn(folder).length > 0) await delay(5);
  return performance.now() - since;
}

interface Sample {
  start: number;
  end: number;
  /** Resident bytes of the launcher. */
  memory?: number;
}

async function byHand(
  python: string,
  { folder }: Installation,
): Promise<Sample> {
  const port = freePort();
  const began = performance.now();
  const child = new Deno.Command(python, {
    args: ["run.py", "--port", String(port)],
    cwd: folder,
    env: { FLASK_ENV: "production", SECRET_KEY: "of-the-benchmark-only" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const start = await firstAnswer(`http://127.0.0.1:${port}/`, began);
  const asked = performance.now();
  child.kill("SIGINT");
  await child.status;
  return { start, end: await nothingLeft(folder, asked) };
}

function residentBytes(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(status.match(/VmRSS:\s+(\d+) kB/)![1]) * 1024;
}

async function byLauncher(
  python: string,
  executable: string,
  { folder }: Installation,
): Promise<Sample> {
  const port = freePort();
  const began = performance.now();
  await using launcher = startLauncher({
    executable,
    app: folder,
    args: ["--no-browser", "--port", String(port)],
    environment: { MEDIAPARSER_PYTHON: python },
  });
  const start = await firstAnswer(`http://127.0.0.1:${port}/`, began);
  await launcher.ready();
  // What is ended has to be at work first.
  await launcher.line(/consumer started/);
  const memory = residentBytes(launcher.pid);
  const asked = performance.now();
  launcher.pressControlC();
  await launcher.ended;
  return { start, end: await nothingLeft(folder, asked), memory };
}

async function programTime(
  command: string,
  args: string[],
): Promise<number> {
  const began = performance.now();
  const { success } = await new Deno.Command(command, { args }).output();
  if (!success) throw new Error(`${command} ${args.join(" ")} failed.`);
  return performance.now() - began;
}

const milliseconds = (value: number) => `${Math.round(value)} ms`;
const ratio = (value: number, reference: number) =>
  `${(value / reference).toFixed(2)} x`;

async function main(): Promise<void> {
  const flags = parseArgs(Deno.args, { string: ["runs"], boolean: ["write"] });
  const runs = Number(flags.runs ?? 10);
  const prepared = await prepareTestPython();
  if (!("python" in prepared)) throw new Error(prepared.reason);
  const { python } = prepared;
  await using launcher = await compileProgram("launcher/main.ts");
  await using nothing = await compileProgram("tests/benchmarks/empty.ts");
  const executable = launcher.path;
  const empty = nothing.path;

  const warm = { hand: [] as Sample[], launcher: [] as Sample[] };
  {
    await using installation = await copySampleApp();
    await byLauncher(python, executable, installation);
    for (let run = 0; run < runs; run++) {
      warm.hand.push(await byHand(python, installation));
      warm.launcher.push(await byLauncher(python, executable, installation));
    }
  }
  const first = { hand: [] as Sample[], launcher: [] as Sample[] };
  for (let run = 0; run < runs; run++) {
    // Python's own first run writes __pycache__: both start without it.
    await using one = await copySampleApp();
    first.hand.push(await byHand(python, one));
    await using other = await copySampleApp();
    first.launcher.push(await byLauncher(python, executable, other));
  }
  const version = { launcher: [] as number[], empty: [] as number[] };
  await using installation = await copySampleApp();
  const versionArgs = ["--version", "--app", installation.folder];
  for (let run = 0; run < runs * 3; run++) {
    version.empty.push(await programTime(empty, []));
    version.launcher.push(await programTime(executable, versionArgs));
  }

  const middle = (samples: Sample[], key: keyof Sample) =>
    median(samples.map((sample) => sample[key]!));
  const row = (
    name: string,
    launcher: number,
    reference: number,
    goal: string,
  ) => [
    name,
    milliseconds(launcher),
    milliseconds(reference),
    ratio(launcher, reference),
    goal,
  ];
  const table = markdownTable([
    ["what", "launcher", "by hand", "ratio", "goal"],
    row(
      "warm start to the first 200",
      middle(warm.launcher, "start"),
      middle(warm.hand, "start"),
      "1.10 x",
    ),
    row(
      "first start to the first 200",
      middle(first.launcher, "start"),
      middle(first.hand, "start"),
      "1.50 x",
    ),
    row(
      "Ctrl+C to nothing left",
      middle(warm.launcher, "end"),
      middle(warm.hand, "end"),
      "1000 ms",
    ),
    row(
      "--version, against an empty program",
      median(version.launcher),
      median(version.empty),
      "1.50 x",
    ),
    [
      "resident memory of the launcher",
      `${Math.round(middle(warm.launcher, "memory") / 1e6)} MB`,
      "",
      "",
      "80 MB",
    ],
  ]);
  Deno.stdout.writeSync(new TextEncoder().encode(`${table}\n`));
  if (flags.write) await writeSection("launcher", table);
}

if (import.meta.main) await main();
