/**
 * The bundle, unpacked on a {@linkcode WindowsMachine} and used there as its
 * owner uses it.
 *
 * @module
 */
import { join } from "@std/path";
import { builtBundle } from "../built_bundle.ts";
import { photoScript, videoArguments } from "../support/media.ts";
import { freePort } from "../support/ports.ts";
import { ConsoleWindow } from "./console.ts";
import {
  type Finished,
  WindowsMachine,
  type WindowsProcess,
} from "./machine.ts";
import { until } from "./until.ts";

/** A launcher that runs in a terminal. */
export interface RunningBundle extends AsyncDisposable {
  terminal: ConsoleWindow;
  /** The page's address. */
  url: string;
}

/** An unpacked bundle on a machine of its own; disposing of it deletes both. */
export class UnpackedBundle implements AsyncDisposable {
  private constructor(
    readonly machine: WindowsMachine,
    /** MediaParser's folder, as this machine names it. */
    readonly folder: string,
  ) {}

  /** Unzips the bundle into a new folder with this name. */
  static async unpack(name = "unpacked"): Promise<UnpackedBundle> {
    const zip = await builtBundle();
    const machine = await WindowsMachine.start();
    const parent = join(machine.folder, name);
    await Deno.mkdir(parent);
    const [command, args] = Deno.build.os === "windows"
      ? ["tar.exe", ["-x", "-f", zip, "-C", parent]] as const
      : ["unzip", ["-q", zip, "-d", parent]] as const;
    const { success, stderr } = await new Deno.Command(command, {
      args: [...args],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return new UnpackedBundle(machine, join(parent, "MediaParser"));
  }

  /** The launcher's path. */
  get launcher(): string {
    return join(this.folder, "MediaParser-launcher.exe");
  }

  /** Starts the launcher in a console and waits for its page. */
  async start(port = freePort()): Promise<RunningBundle> {
    const terminal = await ConsoleWindow.open(
      this.machine,
      this.launcher,
      ["--no-browser", "--port", String(port)],
      { folder: this.folder },
    );
    const [, url = ""] = await terminal.shows(/is ready: (http:\S+)/);
    return {
      terminal,
      url,
      [Symbol.asyncDispose]: () => terminal[Symbol.asyncDispose](),
    };
  }

  /** Runs a command of the launcher to its end. */
  command(...args: string[]): Promise<Finished> {
    return this.machine.run(this.launcher, args, { folder: this.folder });
  }

  /** The process whose command line has `text`. */
  process(text: string): Promise<WindowsProcess> {
    return until(
      `${text} runs`,
      () =>
        this.machine.processes().find(({ command }) => command.includes(text)),
    );
  }

  /** Waits until no program runs any more. */
  async nothingLeft(): Promise<void> {
    await until("all have ended", () => this.machine.processes().length === 0);
  }

  /** Tells whether the bundle's folder has a file. */
  has(...path: string[]): boolean {
    try {
      return Deno.statSync(join(this.folder, ...path)).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  /** A photo with EXIF, made by the bundle's own Python. */
  makePhoto(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#make(
      "photo.jpg",
      join("tools", "python", "python.exe"),
      (path) => ["-c", photoScript, path, "60"],
    );
  }

  /** A second of video, made by the bundle's own FFmpeg. */
  makeVideo(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#make(
      "video.mp4",
      join("tools", "ffmpeg", "ffmpeg.exe"),
      videoArguments,
    );
  }

  async #make(
    name: string,
    program: string,
    args: (path: string) => string[],
  ): Promise<Uint8Array<ArrayBuffer>> {
    const path = join(this.machine.folder, name);
    const { code, stderr } = await this.machine.run(
      join(this.folder, program),
      args(this.machine.windowsPath(path)),
    );
    if (code !== 0) throw new Error(`${program} ended (${code}): ${stderr}`);
    return await Deno.readFile(path);
  }

  /** Ends everything and deletes the files. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.machine[Symbol.asyncDispose]();
  }
}
