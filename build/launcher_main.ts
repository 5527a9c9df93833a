/**
 * `deno task build:launcher`: compiles the launcher alone.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { fromFileUrl, join, resolve } from "@std/path";
import { UserError } from "../launcher/user_error.ts";
import { Archives } from "./archives.ts";
import { Cache } from "./cache.ts";
import { mainModule } from "./compile_folder.ts";
import { Downloads } from "./downloads.ts";
import { explain } from "./explain.ts";
import {
  compileModule,
  launcherFileName,
  obtainRuntime,
  type Target,
  targets,
} from "./launcher.ts";
import { makeReporter } from "./progress.ts";
import { WorkerPool } from "./worker_pool.ts";
import { Workspace } from "./workspace.ts";

const repository = fromFileUrl(new URL("../", import.meta.url));

const helpText = `Compiles the launcher.

  --target TARGET  ${targets.join(" or ")}
                   [default: ${targets[0]}]
  --cache DIR      where downloads are kept  [default: .build-cache]
  --out DIR        where the program is written  [default: dist]
  --offline        download nothing
  --help           show this

The path of the program is the last line on standard output.
`;

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

/** Whether `text` names a target. */
function isTarget(text: string): text is Target {
  return (targets as readonly string[]).includes(text);
}

/**
 * Compiles what the command line asks for.
 *
 * @returns The exit code.
 */
export async function main(args: readonly string[]): Promise<number> {
  const reporter = makeReporter();
  try {
    const flags = parseArgs([...args], {
      string: ["target", "cache", "out"],
      boolean: ["offline", "help"],
      default: {
        target: targets[0],
        cache: join(repository, ".build-cache"),
        out: join(repository, "dist"),
      },
      unknown: (argument) => {
        throw new UserError(
          `'${argument}' is not known.`,
          "See: deno task build:launcher --help",
        );
      },
    });
    if (flags.help) {
      print(helpText);
      return 0;
    }
    const { target, offline } = flags;
    if (!isTarget(target)) {
      throw new UserError(
        `'${target}' is no target.`,
        `Choose ${targets.join(" or ")}.`,
      );
    }
    using cache = new Cache(resolve(flags.cache));
    using pool = new WorkerPool();
    const archives = new Archives(cache, pool);
    const downloads = new Downloads({ archives, reporter, offline });
    const { runtime } = await obtainRuntime(target, downloads, archives);
    using workspace = Workspace.open(resolve(flags.out));
    const folder = workspace.newPath("launcher");
    Deno.mkdirSync(folder);
    const program = await compileModule(
      mainModule,
      target,
      runtime.path,
      folder,
    );
    const path = join(resolve(flags.out), launcherFileName(target));
    Deno.renameSync(program, path);
    print(`${path}\n`);
    return 0;
  } catch (error) {
    return explain(error, reporter);
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
