/**
 * The Python subprocess that creates, stamps or upgrades the database.
 *
 * @module
 */
import type { DatabaseAnswer, DatabaseCommand } from "./database.ts";
import { pythonSwitches } from "./environment.ts";
import type { Layout } from "./layout.ts";
import { linesOf } from "./lines.ts";

/** What {@linkcode runDatabaseProcess} needs. */
export interface DatabaseProcessOptions {
  layout: Layout;
  environment: Readonly<Record<string, string>>;
  /** Called for each line Alembic and the app print. */
  onLine: (line: string) => void;
  /** Called when all tables of a new database are there, before it is stamped. */
  onTables?: () => void;
  /** Ends the subprocess. */
  signal: AbortSignal;
}

async function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  for await (const line of linesOf(stream)) take(line);
}

/**
 * Runs one command. An answer comes in every case: a subprocess that dies
 * without one is an answer too.
 */
export async function runDatabaseProcess(
  command: DatabaseCommand,
  options: DatabaseProcessOptions,
): Promise<DatabaseAnswer> {
  const child = new Deno.Command(options.layout.python, {
    args: [
      ...pythonSwitches,
      "-m",
      "mediaparser_portable.database",
      command,
      // A migration must not outlive its launcher: the next one puts the copy back.
      "--until-eof",
    ],
    cwd: options.layout.root,
    env: { ...options.environment },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal: options.signal,
  }).spawn();
  let answer: DatabaseAnswer | undefined;
  const [status] = await Promise.all([
    child.status,
    collect(child.stdout, (line) => {
      const message = JSON.parse(line);
      if (message.progress === "tables") options.onTables?.();
      else answer = message;
    }),
    collect(child.stderr, options.onLine),
  ]);
  // It has ended: that the pipe is broken by now is no news.
  await child.stdin.close().catch(() => {});
  if (answer !== undefined) return answer;
  return {
    ok: false,
    kind: options.signal.aborted ? "interrupted" : "ended",
    error: options.signal.aborted
      ? "it was interrupted"
      : `Python ended with exit code ${status.code}`,
  };
}
