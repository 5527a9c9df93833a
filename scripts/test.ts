/**
 * Runs every test this machine can run and ends with one line of counts.
 *
 * Arguments go to `deno test`: files to run instead of all, `--filter`, ….
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { prepareTestPython } from "./test_python.ts";
import { summarizeJunit, summaryLine } from "./test_summary.ts";

const root = fromFileUrl(new URL("../", import.meta.url));

/** Prints a line. */
function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** @returns The exit code. */
async function main(args: string[]): Promise<number> {
  const environment: Record<string, string> = {};
  const python = await prepareTestPython();
  if ("python" in python) {
    environment.MEDIAPARSER_TEST_PYTHON = python.python;
    if (python.remark) print(`The tests' own Python: ${python.remark}.`);
  } else print(`No Python to run the sample app: ${python.reason}.`);

  const folder = await Deno.makeTempDir();
  const report = join(folder, "report.xml");
  try {
    const files = args.some((argument) => !argument.startsWith("-"))
      ? []
      : ["tests/"];
    const { code } = await new Deno.Command(Deno.execPath(), {
      // deno-fmt-ignore
      args: ["test", "--lock=vendor/deno.lock", "-A", "--parallel", `--junit-path=${report}`, ...files, ...args],
      cwd: root,
      env: environment,
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
    }).output();
    const summary = summarizeJunit(await Deno.readTextFile(report));
    for (const name of summary.skipped) print(`skipped: ${name}`);
    print(summaryLine(summary));
    return code === 0 && summary.failed === 0 ? 0 : code || 1;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
