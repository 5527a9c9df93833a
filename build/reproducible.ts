/**
 * Builds the same bundle once more in other circumstances, and compares.
 *
 * The second build runs in a process of its own, from a copy of the project in
 * another folder, on a copy of the app whose files were made in another order,
 * with an empty cache but for the downloads, in another time zone and locale
 * and with another umask.
 *
 * @module
 */
import { copy } from "@std/fs/copy";
import { dirname, fromFileUrl, join } from "@std/path";
import { UserError } from "../launcher/user_error.ts";
import { appEntries } from "./app.ts";
import { readContentSync } from "./content.ts";
import { sha256OfFileSync } from "./digest.ts";
import type { BuildOptions } from "./flags.ts";
import type { Reporter } from "./progress.ts";
import { run } from "./subprocess.ts";
import { removeIfThere } from "./workspace.ts";
import { type ArchiveMember, readZipDirectory } from "./zip_directory.ts";

const repository = fromFileUrl(new URL("../", import.meta.url));

/** What of the project a build needs. */
const projectParts = [
  "build",
  "launcher",
  "scripts",
  "vendor",
  "deno.json",
  "LICENSE",
  "MediaParser.bat",
];

/** Circumstances that must not show in the result. */
const otherCircumstances = {
  TZ: "Pacific/Apia",
  LANG: "tr_TR.UTF-8",
  LC_ALL: "tr_TR.UTF-8",
};

async function entriesOf(zip: string): Promise<Map<string, ArchiveMember>> {
  const members = await readZipDirectory(zip);
  return new Map(members.map((member) => [member.path, member]));
}

/**
 * Where two zips differ.
 *
 * @returns One phrase for each entry; empty when only something between the entries differs.
 */
export async function differences(
  first: string,
  second: string,
): Promise<string[]> {
  const [a, b] = await Promise.all([entriesOf(first), entriesOf(second)]);
  const found: string[] = [];
  for (const [path, entry] of a) {
    const other = b.get(path);
    if (other === undefined) found.push(`${path} (only in the first)`);
    else if (other.crc32 !== entry.crc32) found.push(`${path} (its content)`);
    else if (other.compressedSize !== entry.compressedSize) {
      found.push(`${path} (its compression)`);
    }
  }
  for (const path of b.keys()) {
    if (!a.has(path)) found.push(`${path} (only in the second)`);
  }
  return found;
}

/** Copies the app's files, the last one first. */
function copyApp(app: string, destination: string): void {
  for (const entry of appEntries(app).toReversed()) {
    const path = join(destination, entry.path);
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeFileSync(path, readContentSync(entry));
  }
}

/** Builds in other circumstances; @returns the path of the zip. */
async function buildElsewhere(
  folder: string,
  version: string,
  options: BuildOptions,
  signal: AbortSignal | undefined,
): Promise<string> {
  const project = join(folder, "another place", "project");
  for (const part of projectParts) {
    await copy(join(repository, part), join(project, part));
  }
  const app = join(folder, "app");
  copyApp(options.app, app);
  const cache = join(folder, "cache");
  Deno.mkdirSync(cache);
  Deno.symlinkSync(join(options.cache, "downloads"), join(cache, "downloads"), {
    type: "junction",
  });
  const output = await run(Deno.execPath(), [
    "run",
    "--allow-all",
    join(project, "build/main.ts"),
    "--offline",
    `--app=${app}`,
    `--version=${version}`,
    `--cache=${cache}`,
    `--out=${join(folder, "out")}`,
  ], {
    cwd: folder,
    env: otherCircumstances,
    remedy: "Install Deno again.",
    ...(signal === undefined ? {} : { signal }),
  });
  return output.trim().split("\n").at(-1)!;
}

/**
 * Compares a zip with one that is built in other circumstances.
 *
 * @param zip The zip that was built here.
 * @throws {UserError} If one byte differs; the message names the entries.
 */
export async function checkReproducible(
  zip: { path: string; version: string },
  options: BuildOptions,
  reporter: Reporter,
  signal?: AbortSignal,
): Promise<void> {
  const task = reporter.task("Building it again elsewhere");
  const folder = Deno.makeTempDirSync({ prefix: "Ünlike " });
  const umask = Deno.build.os === "windows" ? undefined : Deno.umask(0o077);
  try {
    const other = await buildElsewhere(folder, zip.version, options, signal);
    if (sha256OfFileSync(other) === sha256OfFileSync(zip.path)) {
      reporter.line("Built again elsewhere: the same bytes.");
      return;
    }
    const found = await differences(zip.path, other);
    throw new UserError(
      `A second build gave other bytes: ${
        found.length === 0
          ? "the zip's own structure"
          : found.slice(0, 10).join(", ")
      }.`,
      "Something of this machine got into the bundle; find it before you ship.",
    );
  } finally {
    if (umask !== undefined) Deno.umask(umask);
    removeIfThere(folder);
    task.end();
  }
}
