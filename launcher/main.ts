/**
 * The launcher's entry: command line in, exit code out.
 *
 * Each command's modules are loaded when it is given, so that `--version`
 * answers at once.
 *
 * @module
 */
import { type Console, openConsole } from "./console.ts";
import { type Command, helpText, parseFlags } from "./flags.ts";
import { UserError } from "./user_error.ts";

/** The exit code of a fault of the launcher itself (EX_SOFTWARE). */
const faultExitCode = 70;

async function runCommand(
  command: Command,
  console: Console,
): Promise<number> {
  switch (command.kind) {
    case "help":
      for (const line of helpText().split("\n")) console.say(line);
      return 0;
    case "version": {
      const context = await import("./context.ts");
      const layout = context.currentLayout(command.app);
      const manifest = await context.readManifest(layout);
      console.say(`MediaParser ${await context.appVersion(layout, manifest)}`);
      return 0;
    }
    case "start": {
      const { start } = await import("./start.ts");
      return await start(command, console);
    }
    case "stop": {
      const { stop } = await import("./commands.ts");
      return await stop(command, console);
    }
    case "backups": {
      const { backups } = await import("./commands.ts");
      return await backups(command, console);
    }
    case "restore": {
      const { restore } = await import("./commands.ts");
      return await restore(command, console);
    }
    case "doctor": {
      const { doctor } = await import("./doctor.ts");
      return await doctor(command, console);
    }
    default:
      return command satisfies never;
  }
}

/** Says what went wrong. @returns The exit code. */
function explain(error: unknown, console: Console): number {
  if (error instanceof UserError) {
    console.fail(error.happened);
    console.fail(error.remedy);
    if (console.logPath !== undefined) {
      console.fail(`The log is ${console.logPath}.`);
    }
    return error.exitCode;
  }
  console.fail("This is a fault of the launcher itself. Please report it:");
  const stack = error instanceof Error
    ? error.stack ?? error.message
    : String(error);
  for (const line of stack.split("\n")) console.fail(line);
  return faultExitCode;
}

/** A window that was opened for the launcher alone would take the error with it. */
async function keepWindowOpen(console: Console): Promise<void> {
  const { loadPlatform } = await import("./platform.ts");
  const platform = await loadPlatform();
  if (!platform.openedByDoubleClick() || !Deno.stdin.isTerminal()) return;
  // What went wrong comes first: it goes to another stream.
  await console.flush();
  console.say("Press Enter to close this window.");
  await console.flush();
  await Deno.stdin.read(new Uint8Array(1));
}

/**
 * Runs the launcher.
 *
 * @param args The command line, without the program's name.
 * @returns The exit code.
 */
export async function main(args: readonly string[]): Promise<number> {
  const console = openConsole({ colours: Deno.stdout.isTerminal() });
  let code: number;
  try {
    code = await runCommand(parseFlags(args), console);
  } catch (error) {
    code = explain(error, console);
  }
  if (code !== 0) await keepWindowOpen(console);
  await console.flush();
  return code;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
