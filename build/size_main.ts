/**
 * `deno task size [ZIP] [--previous ZIP] [--out FILE]`: writes dist/size.html.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { basename, dirname, fromFileUrl, join } from "@std/path";
import { UserError } from "../launcher/user_error.ts";
import { type FileSize, sizeHtml } from "./size_report.ts";
import { readZipDirectory } from "./zip_directory.ts";

/** Prints a line. */
function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** The sizes in a zip, without its one top folder. */
async function readSizes(zip: string): Promise<FileSize[]> {
  try {
    const members = await readZipDirectory(zip);
    return members.map(({ path, size, compressedSize }) => ({
      path: path.slice(path.indexOf("/") + 1),
      disk: size,
      zip: compressedSize,
    }));
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new UserError(`There is no '${zip}'.`, "Name a bundle's zip.", {
      cause,
    });
  }
}

/** The newest bundle in `folder`. */
function newestZip(folder: string): string {
  let newest: { path: string; time: number } | undefined;
  try {
    for (const { name } of Deno.readDirSync(folder)) {
      if (!/^MediaParser-Windows-v.*\.zip$/.test(name)) continue;
      const path = join(folder, name);
      const time = Deno.statSync(path).mtime?.getTime() ?? 0;
      if (!newest || time > newest.time) newest = { path, time };
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  if (!newest) {
    throw new UserError(
      `There is no bundle in '${folder}'.`,
      "Build one first: deno task build:windows",
    );
  }
  return newest.path;
}

/** @returns The exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const dist = fromFileUrl(new URL("../dist", import.meta.url));
  const unknown: string[] = [];
  const flags = parseArgs([...args], {
    string: ["previous", "out"],
    boolean: ["help"],
    unknown: (name) => !name.startsWith("-") || unknown.push(name) < 0,
  });
  if (flags.help || unknown.length > 0 || flags._.length > 1) {
    for (const name of unknown) print(`Unknown flag ${name}.`);
    print("Usage: deno task size [ZIP] [--previous ZIP] [--out FILE]");
    return flags.help ? 0 : 1;
  }
  try {
    const zip = flags._.length === 1 ? String(flags._[0]) : newestZip(dist);
    const previous = flags.previous;
    const script = await Deno.readTextFile(
      new URL("size_page.js", import.meta.url),
    );
    const html = sizeHtml({
      title: basename(zip, ".zip"),
      files: await readSizes(zip),
      ...(previous
        ? {
          previous: {
            title: basename(previous, ".zip"),
            files: await readSizes(previous),
          },
        }
        : {}),
    }, script);
    const out = flags.out ?? join(dist, "size.html");
    await Deno.mkdir(dirname(out), { recursive: true });
    await Deno.writeTextFile(out, html);
    print(out);
    return 0;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    print(error.message);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
