/**
 * Finds what the app imports when it is loaded, and whether the bundle has it.
 *
 * Python's own parser reads the app's files, in one process for all of them, so
 * that nothing is guessed from the text; what is decided from its answer is
 * decided here, by pure functions.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { UserError } from "../launcher/user_error.ts";
import { comparePaths, type Entry } from "./bundle.ts";
import type { Problem } from "./bundle_checks.ts";

/** One import statement that runs when its file is loaded. */
export interface PythonImport {
  /** As written, without the dots of a relative import. */
  module: string;
  /** How many dots: 0 is absolute. */
  level: number;
  /** Of `from … import names`. */
  names: string[];
  line: number;
  /** Whether the file can do without it (`try`, `if`). */
  guarded: boolean;
}

/** What Python said of a set of files. */
export interface PythonImports {
  /** The version of the Python that read them. */
  python: [major: number, minor: number];
  /** By path: its imports, or why it could not be read. */
  files: Record<string, { imports: PythonImport[] } | { error: string }>;
}

/** A Python file of the app. */
export interface PythonSource {
  /** Path in the bundle. */
  path: string;
  source: string;
}

/** What an app needs of a bundle. */
export interface AppImports {
  /** Imports the bundle cannot satisfy, and files that are no Python. */
  problems: Problem[];
  /**
   * Modules of third parties that the app loads at its start, dotted where they
   * are submodules, sorted. What its migrations alone load does not count.
   */
  preload: string[];
}

/** Modules compiled into python312.dll: `sys.builtin_module_names` on Windows. */
const builtIn = new Set(
  `_abc _ast _bisect _blake2 _codecs _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw
  _collections _contextvars _csv _datetime _functools _heapq _imp _io _json _locale _lsprof _md5 _multibytecodec
  _opcode _operator _pickle _random _sha1 _sha2 _sha3 _signal _sre _stat _statistics _string _struct _symtable
  _thread _tokenize _tracemalloc _typing _warnings _weakref _winapi _xxinterpchannels _xxsubinterpreters array
  atexit audioop binascii builtins cmath errno faulthandler gc itertools marshal math mmap msvcrt nt sys time
  winreg xxsubtype zlib __future__`.split(/\s+/),
);

/** Where each kind of module lies, in the order Python looks. */
const roots = {
  standard: ["tools/python/python312/", "tools/python/"],
  sitePackages: "tools/python/Lib/site-packages/",
} as const;

/**
 * Lets Python read the imports of `sources`.
 *
 * @param python The program to run, e.g. `python3`.
 * @throws {UserError} If Python cannot be started or fails.
 */
export async function readPythonImports(
  python: string,
  sources: readonly PythonSource[],
): Promise<PythonImports> {
  const script = fromFileUrl(new URL("python_imports.py", import.meta.url));
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(python, {
      args: ["-I", script],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new UserError(
      `There is no program '${python}'.`,
      "Install Python 3.12 and put it on PATH.",
      { cause },
    );
  }
  // Both ends at once: Python may fail before it has read everything.
  const send = async (): Promise<void> => {
    const writer = child.stdin.getWriter();
    try {
      await writer.write(new TextEncoder().encode(JSON.stringify(sources)));
      await writer.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  };
  const [, output] = await Promise.all([send(), child.output()]);
  if (!output.success) {
    const said =
      new TextDecoder().decode(output.stderr).trim().split("\n").at(-1) ?? "";
    throw new UserError(
      `'${python}' ended with code ${output.code}: ${said}.`,
      "Check that it is Python 3.9 or newer.",
    );
  }
  return JSON.parse(new TextDecoder().decode(output.stdout)) as PythonImports;
}

/** Which modules a bundle has. */
class Modules {
  readonly #files: Set<string>;
  readonly #folders = new Set<string>();

  constructor(paths: Iterable<string>) {
    this.#files = new Set(paths);
    for (const path of this.#files) {
      if (!/\.(?:pyc?|pyd)$/.test(path)) continue;
      for (
        let end = path.indexOf("/");
        end >= 0;
        end = path.indexOf("/", end + 1)
      ) {
        this.#folders.add(path.slice(0, end));
      }
    }
  }

  /** Whether a path without its extension is a module's file or a package's folder. */
  has(path: string): boolean {
    return this.#folders.has(path) ||
      [".py", ".pyc", ".pyd", ".cp312-win_amd64.pyd"].some((extension) =>
        this.#files.has(path + extension)
      );
  }

  /** Whether `path` is a folder with modules in it. */
  isFolder(path: string): boolean {
    return this.#folders.has(path);
  }
}

/** Where the first part of an absolute import is found. */
function placeOf(
  modules: Modules,
  top: string,
): "standard" | "third party" | "app" | undefined {
  if (
    builtIn.has(top) ||
    roots.standard.some((root) => top !== "Lib" && modules.has(root + top))
  ) return "standard";
  if (modules.has(roots.sitePackages + top)) return "third party";
  return modules.has(top) ? "app" : undefined;
}

/** The path in the bundle, without extension, that an import of the app's own modules names. */
function ownPath(file: string, statement: PythonImport): string | undefined {
  const rest = statement.module === "" ? [] : statement.module.split(".");
  if (statement.level === 0) return rest.join("/");
  const folder = file.split("/").slice(0, -1);
  const up = statement.level - 1;
  if (up > folder.length) return undefined;
  return [...folder.slice(0, folder.length - up), ...rest].join("/");
}

/**
 * Matches what the app imports with what the bundle holds.
 *
 * @param read What Python said of the app's files.
 * @param entries Every entry of the bundle.
 * @returns The imports that cannot be satisfied, each named by file and line,
 *     and the third parties' modules that the app loads.
 */
export function matchImports(
  read: PythonImports,
  entries: readonly Pick<Entry, "path">[],
): AppImports {
  const modules = new Modules(entries.map((entry) => entry.path));
  const problems: Problem[] = [];
  const preload = new Set<string>();
  const bundled = read.python[0] === 3 && read.python[1] >= 12;
  for (const [path, file] of Object.entries(read.files)) {
    if ("error" in file) {
      // An older Python may not know the syntax of the bundle's.
      if (bundled) {
        problems.push({ path, reason: `Python cannot read it: ${file.error}` });
      }
      continue;
    }
    for (const statement of file.imports) {
      const place = statement.level > 0
        ? "app"
        : placeOf(modules, statement.module.split(".")[0]!);
      const written = ".".repeat(statement.level) + statement.module;
      const missing = (): void => {
        if (statement.guarded) return;
        problems.push({
          path,
          reason:
            `line ${statement.line} imports '${written}', which the bundle does not have`,
        });
      };
      if (place === undefined) missing();
      else if (place === "app") {
        const own = ownPath(path, statement);
        if (own === undefined || (own !== "" && !modules.has(own))) missing();
      } else if (place === "third party" && !path.startsWith("alembic/")) {
        preload.add(statement.module);
        for (const name of statement.names) {
          const module = `${statement.module}.${name}`;
          if (modules.has(roots.sitePackages + module.replaceAll(".", "/"))) {
            preload.add(module);
          }
        }
      }
    }
  }
  return { problems, preload: [...preload].sort(comparePaths) };
}
