/**
 * A real launcher, driven as a person at a terminal would.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { join } from "@std/path";
import { linesOf } from "../../launcher/lines.ts";
import { settlesWithin } from "../../launcher/settled.ts";
import { repository } from "./installation.ts";

/** The Python the sample app runs with, or why there is none. */
export function testPython(): string | undefined {
  return Deno.env.get("MEDIAPARSER_TEST_PYTHON");
}

/** A started launcher. */
export interface RunningLauncher extends AsyncDisposable {
  pid: number;
  /** Everything it has printed so far, both streams. */
  output(): string;
  /** Settles when it has ended. */
  ended: Promise<number>;
  /** Waits for a line; fails when the launcher ends without it. */
  line(pattern: RegExp): Promise<RegExpMatchArray>;
  /** The page's address, once it is served. */
  ready(): Promise<string>;
  /** What a terminal does at Ctrl+C: SIGINT to its foreground process group. */
  pressControlC(): void;
}

/** What {@linkcode startLauncher} takes. */
export interface LauncherOptions {
  /** The app's folder; none for commands that need none. */
  app?: string;
  args?: readonly string[];
  environment?: Readonly<Record<string, string>>;
  /** A compiled launcher to run instead of the sources. */
  executable?: string;
  /** The user to run as. */
  uid?: number;
}

/** Starts a launcher in a process group of its own. */
export function startLauncher(options: LauncherOptions): RunningLauncher {
  const { app, args = [], environment = {}, executable, uid } = options;
  const python = testPython();
  const command = executable ?? Deno.execPath();
  const head = executable === undefined
    ? ["run", "-A", "--cached-only", join(repository, "launcher", "main.ts")]
    : [];
  const child = new Deno.Command(command, {
    args: [...head, ...(app === undefined ? [] : ["--app", app]), ...args],
    env: {
      ...(python === undefined ? {} : { MEDIAPARSER_PYTHON: python }),
      ...environment,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
    ...(uid === undefined ? {} : { uid }),
  }).spawn();
  let text = "";
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const line of linesOf(stream)) text += `${line}\n`;
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  let over = false;
  const ended = child.status.then(async ({ code }) => {
    await settlesWithin(reading, 1_000);
    over = true;
    return code;
  });
  const line = async (pattern: RegExp) => {
    for (;;) {
      const found = text.match(pattern);
      if (found) return found;
      if (over) {
        throw new Error(`The launcher ended without ${pattern}:\n${text}`);
      }
      await delay(10);
    }
  };
  const signal = (target: number, name: Deno.Signal) => {
    try {
      Deno.kill(target, name);
    } catch {
      // It has ended.
    }
  };
  return {
    pid: child.pid,
    output: () => text,
    ended,
    line,
    ready: async () => (await line(/is ready: (http:\S+)/))[1]!,
    pressControlC: () => signal(-child.pid, "SIGINT"),
    [Symbol.asyncDispose]: async () => {
      if (!over) {
        signal(child.pid, "SIGKILL");
        await ended;
      }
    },
  };
}

/**
 * The processes that work in a folder: their current folder is it. (Linux)
 */
export function processesIn(folder: string): number[] {
  const found: number[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const current = Deno.readLinkSync(`/proc/${name}/cwd`);
      if (current === folder || current.startsWith(`${folder}/`)) {
        found.push(Number(name));
      }
    } catch {
      // It has just ended, or is none of ours.
    }
  }
  return found;
}

/** Waits until nothing works in a folder any more. */
export async function nothingLeftIn(folder: string): Promise<void> {
  while (processesIn(folder).length > 0) await delay(20);
}
