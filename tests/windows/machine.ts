/**
 * A Windows for one test: on Windows the machine itself, elsewhere a Wine prefix
 * of the test's own, so that tests share no registry, no processes and no files,
 * and whatever a failed test leaves running ends with its prefix.
 *
 * @module
 */
import { join, relative, SEPARATOR } from "@std/path";
import type { Missing } from "../support/requirements.ts";

const native = Deno.build.os === "windows";

/** The folder `scripts/wine.sh` sets up. */
function wineFolder(): string {
  const given = Deno.env.get("MEDIAPARSER_WINE");
  if (given) return given;
  const cache = Deno.env.get("XDG_CACHE_HOME") ||
    join(Deno.env.get("HOME") ?? "/root", ".cache");
  return join(cache, "mediaparser-wine-2");
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Why no Windows program can be run here; undefined where it can. */
export function missingForWindows(): Missing {
  if (native || exists(join(wineFolder(), "ready"))) return undefined;
  return "no Wine here; deno task wine sets it up on Debian, as root";
}

/** Why no program can be driven in a console here. */
export function missingForConsole(): Missing {
  if (native) return "drives the console through Wine and tmux";
  return missingForWindows();
}

/** Processes of Windows itself that every prefix has. */
const wineProcesses = new Set([
  ...["conhost.exe", "explorer.exe", "plugplay.exe", "rpcss.exe"],
  ...["services.exe", "start.exe", "svchost.exe", "tabtip.exe"],
  ...["wineboot.exe", "winedevice.exe", "wineserver", "wineserver64"],
]);

/** Milliseconds after which a program that should end is ended. */
const longestRun = 180_000;

/** How a program ended. */
export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** A process of a Windows program. */
export interface WindowsProcess {
  /** Its id as this machine has it, which under Wine is not Windows' own. */
  pid: number;
  /** The program's file name, in lower case. */
  name: string;
  /** Its whole command line. */
  command: string;
}

/** How a program is started. */
export interface StartOptions {
  /** The current folder. */
  folder?: string;
  environment?: Readonly<Record<string, string>>;
}

/** A Windows to run programs on; disposing of it ends them and deletes its files. */
export class WindowsMachine implements AsyncDisposable {
  private constructor(
    /** A folder for the test's files, as this machine names it. */
    readonly folder: string,
    private readonly prefix: string,
  ) {}

  /** Makes one. */
  static async start(): Promise<WindowsMachine> {
    if (native) return new WindowsMachine(await Deno.makeTempDir(), "");
    const root = join(wineFolder(), "root");
    const prefixes = join(root, "prefixes");
    await Deno.mkdir(prefixes, { recursive: true });
    const prefix = await Deno.makeTempDir({ dir: prefixes });
    const template = join(root, "template");
    // The libraries are never written to, so links to them are enough; the
    // registry is written anew at each end.
    await run("cp", ["--archive", "--link", `${template}/.`, prefix]);
    const registry = ["system.reg", "user.reg", "userdef.reg"];
    await run("cp", [
      "--archive",
      "--remove-destination",
      ...[...registry, ".update-timestamp"].map((name) => join(template, name)),
      prefix,
    ]);
    const folder = await Deno.makeTempDir({ dir: join(root, "w") });
    return new WindowsMachine(folder, prefix);
  }

  /** A path of this machine as Windows programs name it. */
  windowsPath(path: string): string {
    if (native) return path;
    return `Z:\\${this.#insidePath(path).slice(1).replaceAll("/", "\\")}`;
  }

  #insidePath(path: string): string {
    return `/${relative(join(wineFolder(), "root"), path)}`;
  }

  /**
   * The arguments by which this machine starts a Windows program.
   *
   * @param program A path, or the file name of a program of Windows' own.
   */
  commandLine(
    program: string,
    args: readonly string[],
    options: StartOptions = {},
  ): string[] {
    if (native) return [program, ...args];
    const variables = Object.entries(options.environment ?? {})
      .map(([name, value]) => `${name}=${value}`);
    return [
      ...["/usr/bin/env", `WINEPREFIX=${this.#insidePath(this.prefix)}`],
      ...[join(wineFolder(), "run"), "/usr/bin/env"],
      ...["-C", this.#insidePath(options.folder ?? this.folder)],
      ...[...variables, "wine"],
      program.includes(SEPARATOR)
        ? this.windowsPath(program)
        // By a bare name Wine would start it through another program.
        : `C:\\windows\\system32\\${program}`,
      ...args,
    ];
  }

  /** Runs a program to its end, without a console. */
  async run(
    program: string,
    args: readonly string[] = [],
    options: StartOptions = {},
  ): Promise<Finished> {
    const [command = "", ...rest] = this.commandLine(program, args, options);
    if (native) {
      const { code, stdout, stderr } = await new Deno.Command(command, {
        args: rest,
        stdin: "null",
        cwd: options.folder ?? this.folder,
        env: { ...options.environment },
      }).output();
      const decoder = new TextDecoder();
      return {
        code,
        stdout: decoder.decode(stdout),
        stderr: decoder.decode(stderr),
      };
    }
    // Not through pipes: Wine's own processes would hold them open.
    const output = await Deno.makeTempDir({ dir: this.folder });
    const files = [join(output, "stdout"), join(output, "stderr")] as const;
    const { code } = await new Deno.Command("bash", {
      args: [
        ...["-c", 'out=$1 err=$2; shift 2; exec "$@" >"$out" 2>"$err"', "run"],
        ...[...files, command, ...rest],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
      signal: AbortSignal.timeout(longestRun),
    }).output();
    const [stdout, stderr] = files.map((file) => Deno.readTextFileSync(file));
    await Deno.remove(output, { recursive: true });
    return { code, stdout: stdout ?? "", stderr: stderr ?? "" };
  }

  /** The programs that run, without those of Windows itself. */
  processes(): WindowsProcess[] {
    if (native) return nativeProcesses(this.folder);
    const wanted = `WINEPREFIX=${this.#insidePath(this.prefix)}`;
    const found: WindowsProcess[] = [];
    for (const { name: pid } of Deno.readDirSync("/proc")) {
      if (!/^\d+$/.test(pid)) continue;
      const read = (file: string) => {
        try {
          return Deno.readTextFileSync(`/proc/${pid}/${file}`).split("\0");
        } catch {
          return []; // It has just ended.
        }
      };
      if (!read("environ").includes(wanted)) continue;
      const words = read("cmdline");
      const program = words.find((word) => /\.exe$/i.test(word));
      const name = program?.split(/[\\/]/).at(-1)?.toLowerCase();
      if (name === undefined || wineProcesses.has(name)) continue;
      found.push({ pid: Number(pid), name, command: words.join(" ").trim() });
    }
    return found;
  }

  /** Ends a process as a crash would: without a word to it. */
  kill({ pid }: WindowsProcess): void {
    Deno.kill(pid, "SIGKILL");
  }

  /** Ends everything and deletes the files. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!native) {
      await run("/usr/bin/env", [
        `WINEPREFIX=${this.#insidePath(this.prefix)}`,
        ...[join(wineFolder(), "run"), "wineserver", "--kill"],
      ]).catch(() => {}); // Nothing of it ran any more.
      for (const process of this.processes()) this.kill(process);
      await Deno.remove(this.prefix, { recursive: true });
    }
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** On Windows: the processes whose program lies in the test's folder. */
function nativeProcesses(folder: string): WindowsProcess[] {
  const query =
    "Get-CimInstance Win32_Process | Where-Object ExecutablePath |" +
    " Select-Object ProcessId,Name,ExecutablePath,CommandLine |" +
    " ConvertTo-Json -Compress";
  const { stdout } = new Deno.Command("powershell.exe", {
    args: ["-NoProfile", "-Command", query],
  }).outputSync();
  const rows: Record<string, string>[] = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  return rows
    .filter(({ ExecutablePath = "" }) => ExecutablePath.startsWith(folder))
    .map(({ ProcessId, Name = "", CommandLine = "" }) => ({
      pid: Number(ProcessId),
      name: Name.toLowerCase(),
      command: CommandLine,
    }));
}

async function run(command: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args })
    .output();
  if (!success) {
    throw new Error(`${command}: ${new TextDecoder().decode(stderr)}`);
  }
}
