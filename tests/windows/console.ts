/**
 * A console window on a {@linkcode WindowsMachine}, as a person has one: it shows
 * what programs print, and keys are pressed in it. Under Wine it is a terminal of
 * tmux's, which Wine makes a real Windows console of.
 *
 * @module
 */
import { join } from "@std/path";
import type { StartOptions, WindowsMachine } from "./machine.ts";
import { until } from "./until.ts";

/** Wide and high enough that nothing wraps or scrolls away. */
const size = { columns: 240, rows: 500 };

/** A console with one program in it; disposing of it tears it down. */
export class ConsoleWindow implements AsyncDisposable {
  private constructor(private readonly socket: string) {}

  /** Opens a console and starts a program in it. */
  static async open(
    machine: WindowsMachine,
    program: string,
    args: readonly string[] = [],
    options: StartOptions = {},
  ): Promise<ConsoleWindow> {
    // A socket per console: a server of its own, which ends with it.
    const socket = join(machine.folder, `tmux-${crypto.randomUUID()}`);
    const settings = join(machine.folder, "tmux.conf");
    await Deno.writeTextFile(settings, "set -g remain-on-exit on\n");
    const window = new ConsoleWindow(socket);
    await window.#tmux(
      ...["-f", settings, "new-session", "-d"],
      ...["-x", String(size.columns), "-y", String(size.rows)],
      ...machine.commandLine(program, args, options),
    );
    return window;
  }

  async #tmux(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-S", this.socket, ...args],
    }).output();
    const decoder = new TextDecoder();
    if (!success) throw new Error(`tmux: ${decoder.decode(stderr)}`);
    return decoder.decode(stdout);
  }

  /** What the window shows, without empty lines. */
  async text(): Promise<string> {
    const shown = await this.#tmux("capture-pane", "-p", "-J", "-S", "-");
    return shown.split("\n").map((line) => line.trimEnd()).filter(Boolean)
      .join("\n");
  }

  /** The program's exit code; undefined while it runs. */
  async #exitCode(): Promise<number | undefined> {
    const format =
      "#{pane_dead_status},#{pane_dead_signal},#{pane_dead},#{pid}";
    const [code, signal, dead, server] =
      (await this.#tmux("display-message", "-p", format)).trim().split(",");
    if (signal) return 128 + Number(signal);
    if (code) return Number(code);
    // Of a terminal that is closed tmux may not know the code yet, and now and
    // then it misses that the process has ended: this makes it look again.
    if (dead === "1") Deno.kill(Number(server), "SIGCHLD");
    return undefined;
  }

  /** Waits until the window shows something; fails when the program ends without. */
  async shows(pattern: RegExp): Promise<RegExpMatchArray> {
    let text = "";
    try {
      return await until(`the console shows ${pattern}`, async () => {
        const code = await this.#exitCode();
        text = await this.text();
        const found = text.match(pattern);
        if (found === null && code !== undefined) {
          throw new Error(`The program ended (${code}) without ${pattern}`);
        }
        return found;
      });
    } catch (cause) {
      throw new Error(`The console showed:\n${text}`, { cause });
    }
  }

  /** Presses a key, by tmux' name of it: `C-c`, `Enter`, `y`. */
  async press(key: string): Promise<void> {
    await this.#tmux("send-keys", key);
  }

  /** Waits for the program's end. @returns Its exit code. */
  async ended(): Promise<number> {
    const { code } = await until("the program ends", async () => {
      const code = await this.#exitCode();
      return code === undefined ? undefined : { code };
    });
    return code;
  }

  /** Tears the window down, whatever runs in it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server").catch(() => {}); // It has ended already.
  }
}
