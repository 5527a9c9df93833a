/**
 * Runs the programs that the build needs: npm, pip and Deno itself.
 *
 * @module
 */
import { UserError } from "../launcher/user_error.ts";

/** What {@linkcode run} is told beside the command. */
export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Kills the program when it aborts. */
  signal?: AbortSignal;
  /** What to tell people when the program is not there. */
  remedy: string;
}

/** A program's failure; its message holds the end of what it wrote. */
export class CommandError extends Error {
  override name = "CommandError";

  /** @param output The whole of what the program wrote to stderr. */
  constructor(command: string, readonly code: number, readonly output: string) {
    const lines = output.trim().split("\n").slice(-12).join("\n");
    super(`'${command}' ended with exit code ${code}:\n${lines}`);
  }
}

/** The programs that run now; each settles when its program has ended. */
const running = new Set<Promise<unknown>>();

/**
 * Waits until every program has ended that {@linkcode run} has started. A build
 * that fails stops them and waits: they write into folders that it removes.
 */
export async function endOfPrograms(): Promise<void> {
  await Promise.allSettled(running);
}

/**
 * Runs a program to its end, without a shell.
 *
 * @returns What it wrote to stdout.
 * @throws {UserError} If the program is not installed.
 * @throws {CommandError} If it ends with another exit code than 0.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<string> {
  const { cwd, env, signal, remedy } = options;
  signal?.throwIfAborted();
  const start = async (): Promise<Deno.CommandOutput> =>
    await new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
      ...(signal === undefined ? {} : { signal }),
    }).output();
  const ended = start();
  running.add(ended);
  let output: Deno.CommandOutput;
  try {
    output = await ended;
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new UserError(`'${command}' was not found.`, remedy, { cause });
  } finally {
    running.delete(ended);
  }
  signal?.throwIfAborted();
  const decoder = new TextDecoder();
  if (!output.success) {
    throw new CommandError(
      [command, ...args].join(" "),
      output.code,
      decoder.decode(output.stderr) || decoder.decode(output.stdout),
    );
  }
  return decoder.decode(output.stdout);
}
