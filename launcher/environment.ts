/**
 * The environment and the Python switches of the app's processes.
 *
 * @module
 */
import type { Layout } from "./layout.ts";

/** What {@linkcode childEnvironment} decides on. */
export interface EnvironmentOptions {
  layout: Layout;
  /** The app's settings, see `appVariables()`. */
  variables: Readonly<Record<string, string>>;
  /** PATH as the launcher has it. */
  path: string;
  windows: boolean;
  /** ExifTool as it can be opened, where that is not the layout's path. */
  exiftool?: string;
}

/**
 * Python switches. The bundle's `._pth` puts Python in isolated mode, which
 * ignores PYTHON… variables, so what they would say is said here.
 */
export const pythonSwitches: readonly string[] = [
  ...["-u", "-X", "utf8", "-s"],
  // Remarks on packages' sources, made when they are first compiled, are not
  // the user's business.
  ...["-W", "ignore::SyntaxWarning"],
];

/** The variables the app's processes get on top of the launcher's own. */
export function childEnvironment(
  options: EnvironmentOptions,
): Record<string, string> {
  const { layout, variables, path, windows } = options;
  const environment: Record<string, string> = {
    ...variables,
    FLASK_ENV: "production",
    // For Python programs that the app itself starts.
    PYTHONUTF8: "1",
    PYTHONUNBUFFERED: "1",
    PYTHONNOUSERSITE: "1",
    // A Python of the user's must not lend ours its modules; empty is unset.
    PYTHONHOME: "",
    PYTHONSTARTUP: "",
    PYTHONPATH: layout.pythonPath ?? "",
  };
  const exiftool = options.exiftool ?? layout.exiftool;
  if (exiftool !== undefined) environment.EXIFTOOL_PATH = exiftool;
  if (layout.ffmpegFolder !== undefined) {
    environment.PATH = layout.ffmpegFolder + (windows ? ";" : ":") + path;
  }
  return environment;
}
