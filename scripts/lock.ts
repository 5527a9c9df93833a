/**
 * Renews build/requirements.lock: every wheel that an app needs on Windows, one
 * file for each package, with its hash.
 *
 * uv resolves, since it evaluates markers for Windows wherever it runs; pip then
 * fetches what would be fetched by a build, so that the lock names those files.
 * The present versions are kept unless the app refuses them, or `--upgrade` is given.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { fromFileUrl, join } from "@std/path";
import { sha256OfFileSync } from "../build/digest.ts";
import { normaliseName, readRequirements } from "../build/requirements.ts";
import {
  bundleRequirements,
  type LockedWheel,
  lockText,
  lockUrl,
  parseLock,
  replacements,
  unsatisfied,
} from "../build/requirements_lock.ts";
import { fetchWheels, findPython } from "../build/sources/pypi.ts";
import { run } from "../build/subprocess.ts";
import { Workspace } from "../build/workspace.ts";
import { UserError } from "../launcher/user_error.ts";

const uvVersion = "0.13.9";
const repository = fromFileUrl(new URL("../", import.meta.url));
const help = `Renews build/requirements.lock for an app.

  --app PATH    the app's folder  [default: tests/sample-app]
  --cache DIR   where uv and wheels are kept while it works  [default: .build-cache]
  --upgrade     take the newest versions instead of keeping the present ones
`;

/** What the resolver is asked for: the app's requirements as the bundle has them. */
export function resolverInput(
  requirements: ReturnType<typeof readRequirements>,
): string {
  return bundleRequirements(requirements)
    .map((requirement) => replacements[requirement.name] ?? requirement.text)
    .map((line) => `${line}\n`)
    .join("");
}

/** Name and version in a wheel's file name. */
export function wheelIdentity(file: string): { name: string; version: string } {
  const [name, version] = file.split("-");
  return { name: normaliseName(name!), version: version! };
}

/** The requirements that keep what is locked, unless the app refuses it. */
function keptVersions(
  present: readonly LockedWheel[],
  requirements: ReturnType<typeof readRequirements>,
): string {
  return present
    .filter((wheel) => {
      const own = requirements.filter(({ name }) => name === wheel.name);
      return unsatisfied(own, present).length === 0;
    })
    .map(({ name, version }) => `${name}==${version}\n`)
    .join("");
}

async function installUv(folder: string): Promise<string> {
  const [command, ...first] = await findPython();
  const remedy = "Install Python 3.9 or newer with its venv module.";
  await run(command, [...first, "-m", "venv", folder], { remedy });
  const windows = Deno.build.os === "windows";
  const bin = join(folder, windows ? "Scripts" : "bin");
  const suffix = windows ? ".exe" : "";
  await run(join(bin, `python${suffix}`), [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    `uv==${uvVersion}`,
  ], { remedy });
  return join(bin, `uv${suffix}`);
}

/** Resolves and fetches, and returns the lock's new text. */
export async function renew(
  app: string,
  upgrade: boolean,
  workspace: Workspace,
): Promise<string> {
  const requirements = readRequirements(join(app, "requirements.txt"));
  const input = workspace.newPath("requirements.in");
  Deno.writeTextFileSync(input, resolverInput(requirements));
  const constraints = workspace.newPath("constraints.txt");
  const present = upgrade ? [] : parseLock(readIfThere(lockUrl));
  Deno.writeTextFileSync(constraints, keptVersions(present, requirements));
  const uv = await installUv(workspace.newPath("uv"));
  const resolved = await run(uv, [
    "pip",
    "compile",
    "--quiet",
    "--no-header",
    "--no-annotate",
    "--python-platform=x86_64-pc-windows-msvc",
    "--python-version=3.12",
    "--only-binary=:all:",
    "--generate-hashes",
    "--constraint",
    constraints,
    input,
  ], { remedy: "Run the command again." });
  const allowed = new Set(
    [...resolved.matchAll(/sha256:([0-9a-f]{64})/g)].map((match) => match[1]!),
  );
  const folder = workspace.newPath("wheels");
  Deno.mkdirSync(folder);
  await fetchWheels(resolved, folder);
  const wheels: LockedWheel[] = [];
  for (const { name: file } of Deno.readDirSync(folder)) {
    const sha256 = sha256OfFileSync(join(folder, file));
    if (!allowed.has(sha256)) {
      throw new Error(`'${file}' is not one that the resolver named`);
    }
    wheels.push({ ...wheelIdentity(file), file, sha256 });
  }
  return lockText(wheels);
}

function readIfThere(url: URL): string {
  try {
    return Deno.readTextFileSync(url);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

async function main(): Promise<void> {
  const flags = parseArgs(Deno.args, {
    string: ["app", "cache"],
    boolean: ["upgrade", "help"],
    default: {
      app: join(repository, "tests/sample-app"),
      cache: join(repository, ".build-cache"),
    },
    unknown: (argument) => {
      throw new UserError(
        `'${argument}' is not known.`,
        "See: deno task lock --help",
      );
    },
  });
  if (flags.help) {
    await Deno.stdout.write(new TextEncoder().encode(help));
    return;
  }
  using workspace = Workspace.open(flags.cache);
  const text = await renew(flags.app, flags.upgrade, workspace);
  const finished = new URL("./requirements.lock.new", lockUrl);
  Deno.writeTextFileSync(finished, text);
  Deno.renameSync(finished, lockUrl);
  const line = `${parseLock(text).length} wheels are locked.\n`;
  await Deno.stdout.write(new TextEncoder().encode(line));
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await Deno.stderr.write(new TextEncoder().encode(`${error.message}\n`));
    Deno.exit(error.exitCode);
  }
}
