/**
 * One process of the app: started, listened to, asked to stop, ended.
 *
 * @module
 */
import type { ProcessName } from "./console.ts";
import { linesOf } from "./lines.ts";
import { settlesWithin } from "./settled.ts";
import { UserError } from "./user_error.ts";

/** How a process ended. */
export interface ProcessEnd {
  /** The exit code; on POSIX 128 + N after signal N. */
  code: number;
}

/** A running process of the app. */
export interface AppProcess {
  readonly name: ProcessName;
  readonly pid: number;
  /** Settles when the process has ended and its output is read to the end. */
  readonly ended: Promise<ProcessEnd>;
  /** The last lines it printed, oldest first. */
  lastLines(): string[];
  /** Sends a line to `mediaparser_portable.child`. */
  send(line: string): Promise<void>;
  /** Asks for a KeyboardInterrupt in Python's main thread. */
  requestStop(): void;
  /** Ends it, and on POSIX its whole process group, at once. */
  kill(): void;
}

/** What {@linkcode startAppProcess} needs. */
export interface AppProcessOptions {
  name: ProcessName;
  command: string;
  args: readonly string[];
  folder: string;
  environment: Readonly<Record<string, string>>;
  /** Called for each line it prints. */
  onLine: (line: string) => void;
}

/** How many of the last lines are kept for an error message. */
const keptLines = 12;

/**
 * Starts a process of the app. Its stdin is the control pipe: when the
 * launcher is gone, however that came, the pipe ends and so does the process.
 *
 * @throws {UserError} When the program cannot be started.
 */
export function startAppProcess(options: AppProcessOptions): AppProcess {
  const child = spawn(options);
  const kept: string[] = [];
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const line of linesOf(stream)) {
      kept.push(line);
      if (kept.length > keptLines) kept.shift();
      options.onLine(line);
    }
  };
  const control = child.stdin.getWriter();
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  const ended = child.status.then(async ({ code }) => {
    control.close().catch(() => {});
    // A grandchild may hold the pipes open after the process has ended.
    await settlesWithin(reading, 500);
    return { code };
  });
  const send = async (line: string) => {
    try {
      await control.write(new TextEncoder().encode(`${line}\n`));
    } catch {
      // It has ended already, and `ended` tells.
    }
  };
  return {
    name: options.name,
    pid: child.pid,
    ended,
    lastLines: () => [...kept],
    send,
    requestStop: () => void send("stop"),
    kill: () => {
      if (Deno.build.os !== "windows") killGroup(child.pid);
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended. Never by its id: that may be another's by now.
      }
    },
  };
}

function spawn(options: AppProcessOptions): Deno.ChildProcess {
  try {
    return new Deno.Command(options.command, {
      args: [...options.args],
      cwd: options.folder,
      env: { ...options.environment },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new UserError(
        `Cannot start the ${options.name}: '${options.command}' was not found.`,
        "Install Python 3.12 or name one in MEDIAPARSER_PYTHON; a portable MediaParser has to be unzipped anew.",
        { cause: error },
      );
    }
    throw error;
  }
}

/** Ends the process group that a child has made, what it left included. */
function killGroup(leader: number): void {
  try {
    Deno.kill(-leader, "SIGKILL");
  } catch {
    // Nobody is left, or the child has made none yet.
  }
}
