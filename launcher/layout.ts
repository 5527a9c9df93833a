/**
 * Where everything is: the folders of a portable bundle, or of a checkout that
 * is run with the system's Python.
 *
 * @module
 */
import { dirname, join, resolve } from "@std/path";
import { UserError } from "./user_error.ts";

/** Absolute paths of one installation. */
export interface Layout {
  kind: "portable" | "source";
  /** Holds run.py, app/, alembic/ and, once started, the user's data. */
  root: string;
  /** The Python program. */
  python: string;
  /** Folder of the `mediaparser_portable` package when Python cannot find it itself. */
  pythonPath?: string;
  /** exiftool, when the installation brings its own. */
  exiftool?: string;
  /** Folder of ffmpeg, when the installation brings its own. */
  ffmpegFolder?: string;
  /** manifest.json, where there is one. */
  manifest?: string;
  /** `instance/`: the database and what belongs to it. */
  instance: string;
  /** `instance/mediaparser.db`. */
  database: string;
  /** `instance/backups/`. */
  backups: string;
  /** `logs/`. */
  logs: string;
  /** `.env`. */
  dotenv: string;
}

/** What is known of the place the launcher was started in. */
export interface Surroundings {
  /** The folder given with `--app`. */
  app?: string;
  /** True in a compiled launcher. */
  standalone: boolean;
  /** The running program. */
  executable: string;
  /** The folder of the launcher's sources. */
  sources: string;
  windows: boolean;
  /** MEDIAPARSER_PYTHON and VIRTUAL_ENV, where set. */
  environment: Readonly<Record<string, string>>;
  /** Tells whether a file or folder is there. */
  exists: (path: string) => boolean;
}

function dataPaths(root: string) {
  const instance = join(root, "instance");
  return {
    root,
    instance,
    database: join(instance, "mediaparser.db"),
    backups: join(instance, "backups"),
    logs: join(root, "logs"),
    dotenv: join(root, ".env"),
  };
}

/** What a checkout of the app cannot do without. */
export const appParts: readonly string[] = [
  "run.py",
  "run_worker.py",
  "alembic.ini",
  "alembic",
  "app",
];

function systemPython(root: string, around: Surroundings): string {
  const { environment, windows, exists } = around;
  if (environment.MEDIAPARSER_PYTHON) return environment.MEDIAPARSER_PYTHON;
  const inside = windows ? ["Scripts", "python.exe"] : ["bin", "python"];
  for (const folder of [environment.VIRTUAL_ENV, join(root, ".venv")]) {
    if (!folder) continue;
    const python = join(folder, ...inside);
    if (exists(python)) return python;
  }
  return windows ? "python" : "python3";
}

function sourceLayout(app: string, around: Surroundings): Layout {
  const root = resolve(app);
  const missing = appParts.filter((part) => !around.exists(join(root, part)));
  if (missing.length > 0) {
    throw new UserError(
      `'${root}' is no checkout of MediaParser: ${missing.join(", ")} missing.`,
      "Name the folder that holds run.py with --app.",
    );
  }
  // A compiled launcher has the package beside it, for Python cannot read
  // what lies inside the program.
  const beside = dirname(around.executable);
  const pythonPath = [join(around.sources, "python"), beside].find((folder) =>
    around.exists(join(folder, "mediaparser_portable"))
  );
  return {
    kind: "source",
    ...dataPaths(root),
    python: systemPython(root, around),
    ...(pythonPath === undefined ? {} : { pythonPath }),
  };
}

/**
 * Finds the installation.
 *
 * @throws {UserError} When there is none: the message names what is missing.
 */
export function findLayout(around: Surroundings): Layout {
  if (around.app !== undefined) return sourceLayout(around.app, around);
  if (!around.standalone) {
    throw new UserError(
      "The launcher was started from its sources without an app to run.",
      "Name one: deno task dev --app tests/sample-app.",
    );
  }
  const root = dirname(around.executable);
  const python = join(root, "tools", "python", "python.exe");
  const needed = [python, ...appParts.map((part) => join(root, part))];
  const missing = needed.filter((path) => !around.exists(path));
  if (missing.length > 0) {
    throw new UserError(
      `MediaParser is not complete: ${
        missing.map((path) => `'${path.slice(root.length + 1)}'`).join(", ")
      } missing in '${root}'.`,
      "Unzip the whole MediaParser zip into a folder of its own, and start it there.",
    );
  }
  return {
    kind: "portable",
    ...dataPaths(root),
    python,
    exiftool: join(root, "tools", "exiftool", "exiftool.exe"),
    ffmpegFolder: join(root, "tools", "ffmpeg"),
    manifest: join(root, "manifest.json"),
  };
}
