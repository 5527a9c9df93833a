/**
 * What must hold of a bundle before one byte of its archive is written.
 *
 * Each check is a function from the entry list to problems, and each problem
 * names an entry and its reason. All are collected, so that one run shows
 * everything there is to mend.
 *
 * @module
 */
import { UserError } from "../launcher/user_error.ts";
import { type Entry, topFolder } from "./bundle.ts";
import { findEachBytes } from "./byte_search.ts";
import { normaliseName } from "./requirements.ts";
import {
  isPortableExecutable,
  type PortableExecutable,
  PortableExecutableError,
  readPortableExecutable,
} from "./portable_executable.ts";
import { isWindowsOwn } from "./windows_dlls.ts";

/** Something that keeps a bundle from being written. */
export interface Problem {
  /** The entry's path, or the name of what has no entry. */
  path: string;
  /** Why it cannot ship, as the rest of a sentence. */
  reason: string;
}

/** What the checks need of an entry. */
export type CheckedEntry = Pick<
  Entry,
  "path" | "component" | "sha256" | "content" | "portableExecutable"
>;

/** Reads an entry's uncompressed bytes. */
export type ReadEntry<E = Entry> = (entry: E) => Promise<Uint8Array>;

/** Results kept between builds; a key holds the content's hash. */
export interface ResultCache {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
}

/** Windows' Explorer refuses longer paths than 260; the user's own folder takes the rest. */
export const longestPath = 150;

/** How many problems an error shows. */
const shownProblems = 20;

/** Upper case as NTFS compares names: one code unit stays one. */
function foldCase(path: string): string {
  return [...path].map((letter) => {
    const upper = letter.toUpperCase();
    return upper.length === letter.length ? upper : letter;
  }).join("");
}

/** Why Windows cannot have a file of this name, if it cannot. */
function reasonAgainstName(name: string): string | undefined {
  if (name === "" || name === "." || name === "..") {
    return "it has an empty, '.' or '..' part";
  }
  // deno-lint-ignore no-control-regex
  const forbidden = /[<>:"|?*\\\x00-\x1f]/.exec(name);
  if (forbidden) {
    return `Windows allows no ${JSON.stringify(forbidden[0])} in a name`;
  }
  if (/[. ]$/.test(name)) {
    return "Windows drops the dot or space at the end of a name";
  }
  // Windows 10 reads a device in `nul.txt` and in `com1 .log`.
  const device =
    /^(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³]) *(?:\.|$)/i
      .exec(name);
  if (device) {
    return `${device[1]!.toUpperCase()} is the name of a device on Windows`;
  }
  return undefined;
}

/** Finds names Windows cannot have, paths that are too long, and paths that are one on Windows. */
export function checkPaths(entries: readonly Pick<Entry, "path">[]): Problem[] {
  const problems: Problem[] = [];
  const files = new Map<string, string>();
  const folders = new Map<string, string>();
  for (const { path } of entries) {
    const parts = path.split("/");
    for (const part of parts) {
      const reason = reasonAgainstName(part);
      if (reason) {
        problems.push({ path, reason });
        break;
      }
    }
    const length = topFolder.length + 1 + path.length;
    if (length > longestPath) {
      problems.push({
        path,
        reason:
          `its path has ${length} characters with the top folder, more than ${longestPath}`,
      });
    }
    const folded = foldCase(path);
    const other = files.get(folded);
    if (other === path) {
      problems.push({ path, reason: "the bundle has it twice" });
    } else if (other !== undefined) {
      problems.push({
        path,
        reason: `on Windows it is the same file as '${other}'`,
      });
    } else files.set(folded, path);
    for (
      let end = folded.indexOf("/");
      end >= 0;
      end = folded.indexOf("/", end + 1)
    ) {
      folders.set(folded.slice(0, end), path);
    }
  }
  for (const [folded, path] of files) {
    const inside = folders.get(folded);
    if (inside !== undefined) {
      problems.push({
        path,
        reason: `it is a file, and the folder of '${inside}'`,
      });
    }
  }
  return problems;
}

/** A wheel, as the lock and the bundle have it. */
export interface ShippedWheel {
  /** Normalised: lower case, `-` between words. */
  name: string;
  version: string;
  /** SHA-256 of the wheel file. */
  sha256: string;
}

/**
 * Finds wheels that the lock does not hold, and packages whose entries claim no
 * wheel at all.
 */
export function checkWheels(
  entries: readonly Pick<Entry, "path" | "component">[],
  wheels: readonly ShippedWheel[],
  locked: readonly ShippedWheel[],
): Problem[] {
  const problems: Problem[] = [];
  const shipped = new Set(wheels.map((wheel) => wheel.name));
  for (const wheel of wheels) {
    const path = `${wheel.name} ${wheel.version}`;
    const lock = locked.find((each) => each.name === wheel.name);
    if (!lock) {
      problems.push({
        path,
        reason: "the wheel is not in build/requirements.lock",
      });
    } else if (lock.version !== wheel.version) {
      problems.push({
        path,
        reason: `build/requirements.lock has version ${lock.version} of it`,
      });
    } else if (lock.sha256 !== wheel.sha256) {
      problems.push({
        path,
        reason: `build/requirements.lock has no hash ${wheel.sha256} for it`,
      });
    }
  }
  for (const { path } of entries) {
    const found = /\/site-packages\/([^/]+)-[^-/]+\.dist-info\/METADATA$/.exec(
      path,
    );
    if (found && !shipped.has(normaliseName(found[1]!))) {
      problems.push({
        path,
        reason: "it belongs to no wheel of build/requirements.lock",
      });
    }
  }
  if (shipped.has("python-magic") && shipped.has("python-magic-bin")) {
    problems.push({
      path: "python-magic",
      reason:
        "python-magic-bin is there too, and both write the module 'magic'; only python-magic-bin brings the library",
    });
  }
  return problems;
}

/** The machine's own folders, whose names must not leave it. */
export interface BuildFolders {
  /** Folders of this build: the checkout, the app, the cache, the output. */
  build: readonly string[];
  /** The user's home folder and the temp folder. */
  machine: readonly string[];
}

/** A folder's name in each spelling that a file can hold it in. */
function spellings(folder: string): Uint8Array[] {
  const plain = folder.replace(/[\\/]+$/, "");
  const texts = new Set([
    plain,
    plain.replaceAll("\\", "/"),
    plain.replaceAll("\\", "\\\\"),
  ]);
  return [...texts].flatMap((text) => {
    const wide = Uint8Array.from(
      text.split("").flatMap((
        unit,
      ) => [unit.charCodeAt(0) & 0xff, unit.charCodeAt(0) >> 8]),
    );
    return [new TextEncoder().encode(text), wide];
  });
}

/**
 * Folders worth searching for: `/root` or `/tmp` stand in everybody's text and
 * tell nothing of this machine, so a name must have two parts; and whoever
 * holds a folder's name holds those of the folders above it.
 */
export function telltaleFolders(folders: readonly string[]): string[] {
  const telling = [...new Set(folders)].filter((folder) =>
    folder.split(/[\\/]/).filter((part) => part !== "").length >= 2
  );
  return telling.filter((folder) =>
    !telling.some((above) => folder !== above && folder.startsWith(above))
  );
}

/** Components that are copied from downloads whose hash is pinned. */
const pinned = /^(?:wheel:.*|python|ffmpeg|exiftool)$/;

/** Whether an entry is copied as it is in a pinned download. */
function isCopied(entry: CheckedEntry): boolean {
  return entry.content.kind !== "memory" && pinned.test(entry.component);
}

/** Whether an entry can hold the build machine's path at all. */
function mayHoldPath(entry: CheckedEntry): boolean {
  return !isCopied(entry) ||
    /(?:\.dist-info\/|\/Scripts\/|\.pyc$|\.pth$)/i.test(entry.path);
}

/**
 * Finds the build machine's folders in the entries' bytes.
 *
 * Searched are all bytes that came into being here (the app, the launcher,
 * generated texts) and, of what is copied from a download whose hash is pinned,
 * the kinds of files that installers write paths into (dist-info, Scripts, .pyc,
 * .pth). The rest of a pinned download is the same on every machine and can hold
 * no path of this one. In downloads and in the launcher, which begins with
 * Deno's runtime, only the build's own folders are looked for: they hold paths of
 * the machines that made them, and on a hosted runner those have the same home
 * folder (`C:\Users\runneradmin` stands in NumPy's wheel).
 *
 * @param cache Keeps the answer for large files that stay the same.
 */
export async function checkBuildPaths<E extends CheckedEntry>(
  entries: readonly E[],
  folders: BuildFolders,
  read: ReadEntry<E>,
  cache?: ResultCache,
): Promise<Problem[]> {
  const build = telltaleFolders(folders.build);
  const all = telltaleFolders([...folders.build, ...folders.machine]);
  const problems: Problem[] = [];
  for (const entry of entries.filter(mayHoldPath)) {
    const sought = entry.component === "launcher" || isCopied(entry)
      ? build
      : all;
    const key = `paths:${entry.sha256}:${sought.join("|")}`;
    let found = cache?.get(key);
    if (found === undefined) {
      const bytes = await read(entry);
      const needles = sought.flatMap((folder) =>
        spellings(folder).map((spelling) => ({ folder, spelling }))
      );
      const [first] = findEachBytes(
        bytes,
        needles.map(({ spelling }) => spelling),
      );
      found = first === undefined ? "" : needles[first.needle]!.folder;
      cache?.set(key, found);
    }
    if (found !== "") {
      problems.push({
        path: entry.path,
        reason: `it holds the path '${found}' of the machine it was built on`,
      });
    }
  }
  return problems;
}

/** Folders, in lower case, that Windows looks through for the DLLs of a file in the bundle. */
function searchFolders(path: string): string[] {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const found = [folder];
  const python = "tools/python/";
  const exiftool = "tools/exiftool/exiftool_files/";
  if (folder.startsWith(python)) {
    found.push(python);
    // A repaired wheel adds `<package>.libs` by os.add_dll_directory.
    const inPackages = /^(tools\/python\/lib\/site-packages\/)([^/]+)\//.exec(
      folder,
    );
    if (inPackages) found.push(`${inPackages[1]}${inPackages[2]}.libs/`);
  }
  // Perl's own extensions find the DLLs that perl.exe loaded.
  if (folder.startsWith(exiftool)) found.push(exiftool);
  return found;
}

/**
 * The import table of an entry: as its archive's index has it, from the cache,
 * or from its bytes.
 *
 * @returns The machine and the DLLs it loads, or why the bytes are no PE file.
 */
export async function importsOf<E extends CheckedEntry>(
  entry: E,
  read: ReadEntry<E>,
  cache?: ResultCache,
): Promise<{ machine: string; dlls: string[] } | string> {
  if (entry.portableExecutable !== undefined) {
    return summary(entry.portableExecutable);
  }
  const key = `pe:${entry.sha256}`;
  const kept = cache?.get(key);
  if (kept !== undefined) return JSON.parse(kept);
  let result: ReturnType<typeof summary>;
  try {
    result = summary(readPortableExecutable(await read(entry)));
  } catch (error) {
    if (!(error instanceof PortableExecutableError)) throw error;
    result = error.message;
  }
  cache?.set(key, JSON.stringify(result));
  return result;
}

/** The machine and the DLLs, delayed ones among them, of what was read. */
function summary(
  file: PortableExecutable | string,
): { machine: string; dlls: string[] } | string {
  if (typeof file === "string") return file;
  return {
    machine: file.machine,
    dlls: [...new Set([...file.imports, ...file.delayImports])],
  };
}

/**
 * Finds programs and DLLs that 64-bit Windows cannot load: of another
 * architecture, damaged, or in want of a DLL that is neither in the bundle,
 * where Windows would look for it, nor Windows' own.
 *
 * @param cache Keeps each file's import table, so that a rebuild reads none again.
 */
export async function checkExecutables<E extends CheckedEntry>(
  entries: readonly E[],
  read: ReadEntry<E>,
  cache?: ResultCache,
): Promise<Problem[]> {
  const present = new Set(entries.map((entry) => entry.path.toLowerCase()));
  const problems: Problem[] = [];
  for (const entry of entries) {
    if (!isPortableExecutable(entry.path)) continue;
    const imports = await importsOf(entry, read, cache);
    if (typeof imports === "string") {
      problems.push({
        path: entry.path,
        reason: `it is no program or DLL of Windows: ${imports}`,
      });
      continue;
    }
    if (imports.machine !== "x64") {
      problems.push({
        path: entry.path,
        reason: `it is made for ${imports.machine}, and the bundle is for x64`,
      });
      continue;
    }
    const folders = searchFolders(entry.path.toLowerCase());
    for (const dll of imports.dlls) {
      if (
        isWindowsOwn(dll) ||
        folders.some((folder) => present.has(folder + dll.toLowerCase()))
      ) continue;
      problems.push({
        path: entry.path,
        reason:
          `it needs ${dll}, which is neither in the bundle nor part of Windows`,
      });
    }
  }
  return problems;
}

/**
 * Refuses a bundle with problems.
 *
 * @throws {UserError} If there is at least one; it names the first twenty.
 */
export function refuseProblems(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const lines = problems.slice(0, shownProblems).map(({ path, reason }) =>
    `\n  ${path}: ${reason}`
  );
  const more = problems.length > shownProblems
    ? `\n  and ${problems.length - shownProblems} more`
    : "";
  throw new UserError(
    `The bundle cannot ship:${lines.join("")}${more}\n`,
    "Mend what is named; nothing was written.",
  );
}
