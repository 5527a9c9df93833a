/**
 * `deno task build:windows`: the command line of the build.
 *
 * @module
 */
import { format as formatBytes } from "@std/fmt/bytes";
import { build, type FinishedBundle } from "./build.ts";
import { explain } from "./explain.ts";
import { helpText, parseFlags } from "./flags.ts";
import { makeReporter, type Reporter } from "./progress.ts";
import { checkReproducible } from "./reproducible.ts";

/** How many parts the summary shows. */
const shownParts = 5;

/** Bytes of each component in the zip, the largest first. */
export function largestParts(
  bundle: Pick<FinishedBundle, "entries">,
): { component: string; size: number }[] {
  const sizes = new Map<string, number>();
  for (const { component, content, size } of bundle.entries) {
    const packed = content.kind === "archived" ? content.compressedSize : size;
    sizes.set(component, (sizes.get(component) ?? 0) + packed);
  }
  return [...sizes].map(([component, size]) => ({ component, size }))
    .sort((a, b) => b.size - a.size);
}

/** Says what was built. */
function summarise(
  bundle: FinishedBundle,
  milliseconds: number,
  reporter: Reporter,
): void {
  reporter.line(
    `MediaParser ${bundle.version}: ${bundle.entries.length} files, ${
      formatBytes(bundle.size)
    }, in ${(milliseconds / 1000).toFixed(1)} s`,
  );
  for (const part of largestParts(bundle).slice(0, shownParts)) {
    reporter.line(`  ${formatBytes(part.size).padStart(8)}  ${part.component}`);
  }
}

/**
 * Runs the build.
 *
 * @returns The exit code.
 */
export async function main(args: readonly string[]): Promise<number> {
  const started = performance.now();
  const reporter = makeReporter();
  const print = (text: string): void => {
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  };
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort(new Error("Interrupted"));
  Deno.addSignalListener("SIGINT", onInterrupt);
  try {
    const command = parseFlags(args);
    if (command.kind === "help") {
      print(helpText);
      return 0;
    }
    const { options } = command;
    const bundle = await build(options, reporter, stop.signal);
    if (options.check) {
      await checkReproducible(bundle, options, reporter, stop.signal);
    }
    summarise(bundle, performance.now() - started, reporter);
    print(`${bundle.path}\n`);
    return 0;
  } catch (error) {
    if (stop.signal.aborted) {
      reporter.line("Interrupted; nothing was written.");
      return 130;
    }
    return explain(error, reporter);
  } finally {
    Deno.removeSignalListener("SIGINT", onInterrupt);
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
