/**
 * Where everything is: the folders of a portable bundle, or of a checkout that
 * is run with the system's Python.
 *
 * @module
 */

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
