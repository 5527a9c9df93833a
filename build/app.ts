/**
 * The app itself: what ships of a checkout.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import { join, SEPARATOR } from "@std/path";
import { UserError } from "../launcher/user_error.ts";
import { comparePaths, type Entry } from "./bundle.ts";
import { sha256Of } from "./digest.ts";

/** What every checkout holds; a name with a slash is a folder. */
export const appParts: readonly string[] = [
  "run.py",
  "run_worker.py",
  "config.py",
  "huey_config.py",
  "requirements.txt",
  "alembic.ini",
  "alembic/",
  "app/",
];

/** Folders that never ship, wherever they lie. */
const leftOutFolders = new Set([
  "__pycache__",
  "node_modules",
  "tests",
]);

/** Folders that never ship when they lie at the top. */
const leftOutAtTop = new Set([
  "build",
  "dist",
  "docs",
  "env",
  "exiftool_files",
  "htmlcov",
  "instance",
  "logs",
  "storage",
  "test",
  "tools",
  "venv",
]);

/** Files that never ship, wherever they lie. */
const leftOutFiles =
  /\.py[cod]$|~$|\.(?:swp|orig|rej)$|^(?:thumbs\.db|desktop\.ini|conftest\.py)$/i;

/** Files that never ship when they lie at the top. */
const leftOutFilesAtTop =
  /^(?:dockerfile.*|.*\.dockerfile|(?:docker-)?compose.*\.ya?ml|docker-entrypoint.*|makefile|.*\.(?:db|sqlite3?)(?:-wal|-shm)?|exiftool(?:\(-k\))?\.exe|requirements-dev.*|pytest\.ini|tox\.ini|package(?:-lock)?\.json|pyvenv\.cfg)$/i;

/** The one hidden file that ships; all others are tools' and secrets. */
const shippedHiddenFile = ".env.example";

/**
 * Whether something in a checkout ships.
 *
 * @param path Path below the checkout, with forward slashes.
 */
export function ships(path: string, isFolder: boolean): boolean {
  const name = path.split("/").at(-1)!;
  const atTop = name === path;
  if (name.startsWith(".")) return path === shippedHiddenFile && !isFolder;
  if (isFolder) {
    return !leftOutFolders.has(name) && !(atTop && leftOutAtTop.has(name));
  }
  return !leftOutFiles.test(name) && !(atTop && leftOutFilesAtTop.test(name));
}

/** What is missing of a checkout. */
export function missingParts(app: string): string[] {
  return appParts.filter((part) => {
    try {
      const { isDirectory } = Deno.statSync(join(app, part));
      return isDirectory !== part.endsWith("/");
    } catch (error) {
      // A file where a folder should be says so in this way.
      if (
        error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.NotADirectory
      ) return true;
      throw error;
    }
  });
}

/**
 * The entries of the app.
 *
 * @param app The checkout.
 * @throws {UserError} If it is no checkout of the app, or a link in it leads out of it.
 */
export function appEntries(app: string): Entry[] {
  const missing = missingParts(app);
  if (missing.length > 0) {
    throw new UserError(
      `'${app}' is no checkout of MediaParser: it lacks ${missing.join(", ")}.`,
      "Name the folder that holds run.py with --app.",
    );
  }
  const root = Deno.realPathSync(app);
  return [...walk(root, root, "", [])];
}

function* walk(
  root: string,
  folder: string,
  prefix: string,
  above: readonly string[],
): Generator<Entry> {
  const parents = [...above, folder];
  const found = [...Deno.readDirSync(folder)]
    .sort((a, b) => comparePaths(a.name, b.name));
  for (const item of found) {
    const path = prefix + item.name;
    const place = item.isSymlink
      ? linkTarget(root, join(folder, item.name), path)
      : join(folder, item.name);
    const isFolder = item.isSymlink
      ? Deno.statSync(place).isDirectory
      : item.isDirectory;
    if (!ships(path, isFolder)) continue;
    if (!isFolder) yield fileEntry(place, path);
    else if (parents.includes(place)) {
      throw new UserError(
        `The link '${path}' in the app leads to a folder that it lies in.`,
        "Remove the link.",
      );
    } else yield* walk(root, place, `${path}/`, parents);
  }
}

/** Where a link leads, which must be inside the checkout. */
function linkTarget(root: string, link: string, path: string): string {
  let target: string;
  try {
    target = Deno.realPathSync(link);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UserError(
      `The link '${path}' in the app leads nowhere.`,
      "Remove the link, or restore what it points to.",
    );
  }
  if (target === root || target.startsWith(root + SEPARATOR)) return target;
  throw new UserError(
    `The link '${path}' in the app leads out of it.`,
    "Replace the link by a copy of what it points to.",
  );
}

function fileEntry(place: string, path: string): Entry {
  const bytes = Deno.readFileSync(place);
  return {
    path,
    component: "app",
    // Held, since a file that changes while the build runs would not fit its hash.
    content: { kind: "memory", bytes },
    size: bytes.length,
    crc32: crc32(bytes),
    sha256: sha256Of(bytes),
  };
}

/**
 * The app's own version, from `__version__` in `app/__init__.py`.
 *
 * @returns The version, or nothing where it is not told.
 */
export function appVersion(entries: readonly Entry[]): string | undefined {
  const entry = entries.find(({ path }) => path === "app/__init__.py");
  if (entry?.content.kind !== "memory") return undefined;
  const text = new TextDecoder().decode(entry.content.bytes);
  return text.match(/^__version__\s*(?::\s*\w+\s*)?=\s*["']([^"']+)["']/m)?.[1];
}
