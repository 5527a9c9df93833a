/**
 * A program for Windows that shows what the platform's members do there. The
 * tests compile and run it; each command prints one line of JSON.
 *
 * @module
 */
import {
  commandLine,
  consoleProcesses,
} from "../../launcher/windows/console_window.ts";
import { openLibrary } from "../../launcher/windows/ffi.ts";
import { descendants } from "../../launcher/windows/job_object.ts";
import { windowsPlatform as platform } from "../../launcher/windows/platform.ts";
import { processName } from "../../launcher/windows/port_owner.ts";

function print(value: unknown): void {
  const line = `${JSON.stringify(value)}\r\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}

/** Starts a child that starts this program again, as a grandchild. */
function startFamily(): void {
  new Deno.Command("cmd.exe", {
    args: ["/c", Deno.execPath(), "sleeper"],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

const sleep = (milliseconds: number) =>
  new Promise<void>((done) => setTimeout(done, milliseconds));

/** What Windows does when the window is closed: runs the handlers in a thread. */
function simulateEvent(code: number): Promise<number> {
  const kernelbase = openLibrary("kernelbase.dll", {
    CtrlRoutine: { parameters: ["usize"], result: "u32", nonblocking: true },
  });
  return kernelbase.symbols.CtrlRoutine(BigInt(code));
}

const commands: Record<string, (...args: string[]) => Promise<void> | void> = {
  facts(path = ".", text = "") {
    print({
      freeSpace: platform.freeSpace(path),
      driveKind: platform.driveKind(path),
      ansiCodePageHolds: platform.ansiCodePageHolds(text),
      shortPath: platform.shortPath(path),
      openedByDoubleClick: platform.openedByDoubleClick(),
      consoleProcesses: consoleProcesses().map((pid) => ({
        name: processName(pid),
        commandLine: commandLine(pid),
      })),
    });
  },
  portOwner() {
    const listeners = ["127.0.0.1", "::1"].map((hostname) =>
      Deno.listen({ hostname, port: 0 })
    );
    const owners = listeners.map(({ addr }) =>
      platform.portOwner((addr as Deno.NetAddr).port)
    );
    print({ pid: Deno.pid, owners, nobody: platform.portOwner(1) ?? null });
    for (const listener of listeners) listener.close();
  },
  /** Joins the job and starts a child that starts a grandchild. */
  async family(...flags: string[]) {
    const confinement = platform.confineDescendants();
    startFamily();
    while (descendants().length < 2) await sleep(20);
    if (flags.includes("end")) platform.endDescendants();
    while (flags.includes("end") && descendants().length > 0) await sleep(20);
    if (flags.includes("release")) platform.releaseDescendants();
    print({ confinement: confinement ?? null, left: descendants().length });
    if (!flags.includes("stay")) Deno.exit(0);
    await sleep(600_000);
  },
  async sleeper() {
    await sleep(600_000);
  },
  /** Ends itself in good order at any event, after a while. */
  async events(simulated?: string) {
    const event = new Promise<string>((resolve) => {
      platform.onConsoleEvents(resolve);
    });
    print({ ready: true });
    let returned = false;
    if (simulated !== undefined) {
      simulateEvent(Number(simulated)).then(() => returned = true);
    }
    const alive = setInterval(() => {}, 100);
    const got = await event;
    await sleep(500);
    clearInterval(alive);
    print({ event: got, handlerReturned: returned });
    Deno.exit(42);
  },
  /** Prepares the console and puts it back. */
  console() {
    const kernel32 = openLibrary("kernel32.dll", {
      GetStdHandle: { parameters: ["u32"], result: "pointer" },
      GetConsoleMode: { parameters: ["pointer", "buffer"], result: "i32" },
      GetConsoleOutputCP: { parameters: [], result: "u32" },
    });
    const state = () => {
      const modes = [0xffff_fff6, 0xffff_fff5].map((which) => {
        const mode = new Uint32Array(1);
        kernel32.symbols.GetConsoleMode(
          kernel32.symbols.GetStdHandle(which),
          mode,
        );
        return mode[0];
      });
      return { modes, codePage: kernel32.symbols.GetConsoleOutputCP() };
    };
    const before = state();
    const restore = platform.prepareConsole("Probe — Ünï");
    const prepared = state();
    restore();
    print({ before, prepared, after: state() });
  },
};

const [command = "", ...args] = Deno.args;
await commands[command]?.(...args);
