/**
 * The command line of `deno task build:windows`.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { fromFileUrl, join, resolve } from "@std/path";
import { UserError } from "../launcher/user_error.ts";

const repository = fromFileUrl(new URL("../", import.meta.url));

/** What a build is told. */
export interface BuildOptions {
  /** The app's folder. */
  app: string;
  /** The app's folder as it was given, if it was. */
  givenApp?: string;
  /** The bundle's version; without it, the app's own. */
  version?: string;
  cache: string;
  out: string;
  /** Writes a folder instead of a zip. */
  asFolder: boolean;
  /** Forbids downloads. */
  offline: boolean;
  /** Builds twice and compares. */
  check: boolean;
}

/** What the command line asks for. */
export type BuildCommand =
  | { kind: "help" }
  | { kind: "build"; options: BuildOptions };

/** The text of `--help`. */
export const helpText =
  `Assembles dist/MediaParser-Windows-vX.Y.Z.zip, on Linux, macOS or Windows.

  --app PATH       the app to package  [default: tests/sample-app]
  --version X.Y.Z  the bundle's version  [default: __version__ in app/__init__.py]
  --cache DIR      where downloads are kept  [default: .build-cache]
  --out DIR        where the bundle is written  [default: dist]
  --dir            write a folder instead of a zip
  --offline        download nothing
  --check          build twice in different circumstances and compare
  --help           show this

The path of the bundle is the last line on standard output.
HTTP_PROXY, HTTPS_PROXY and DENO_CERT are respected, as are npm's and pip's own settings.
SOURCE_DATE_EPOCH sets the time of the zip's entries.
`;

/**
 * Reads the command line.
 *
 * @param args The arguments.
 * @param cwd The folder that paths are relative to.
 * @throws {UserError} If an argument is unknown or has no good value.
 */
export function parseFlags(
  args: readonly string[],
  cwd: string = Deno.cwd(),
): BuildCommand {
  const unknown: string[] = [];
  const names = ["app", "version", "cache", "out"] as const;
  const flags = parseArgs([...args], {
    string: [...names],
    boolean: ["dir", "offline", "check", "help"],
    alias: { help: "h" },
    unknown: (argument) => {
      unknown.push(argument);
      return false;
    },
  });
  if (flags.help) return { kind: "help" };
  const remedy = "See: deno task build:windows --help";
  if (unknown.length > 0) {
    throw new UserError(`'${unknown[0]}' is not known.`, remedy);
  }
  for (const name of names) {
    const value = flags[name];
    if (value !== undefined && (value === "" || Array.isArray(value))) {
      throw new UserError(`--${name} needs one value.`, remedy);
    }
  }
  const version = flags.version === undefined
    ? {}
    : { version: checkVersion(flags.version, "--version") };
  if (flags.check && flags.dir) {
    throw new UserError(
      "--check compares zips, and --dir writes none.",
      "Give one of the two.",
    );
  }
  return {
    kind: "build",
    options: {
      app: flags.app === undefined
        ? join(repository, "tests", "sample-app")
        : resolve(cwd, flags.app),
      ...(flags.app === undefined ? {} : { givenApp: flags.app }),
      ...version,
      cache: flags.cache === undefined
        ? join(repository, ".build-cache")
        : resolve(cwd, flags.cache),
      out: flags.out === undefined
        ? join(repository, "dist")
        : resolve(cwd, flags.out),
      asFolder: flags.dir,
      offline: flags.offline,
      check: flags.check,
    },
  };
}

/**
 * Checks a version that becomes part of a file name.
 *
 * @param origin Where it was found, for the message.
 * @throws {UserError} If it is none.
 */
export function checkVersion(version: string, origin: string): string {
  if (
    /^\d{1,6}\.\d{1,6}\.\d{1,6}(?:-[0-9a-z][0-9a-z.-]{0,30})?$/i.test(version)
  ) {
    return version;
  }
  throw new UserError(
    `'${version}' from ${origin} is no version.`,
    "Give three numbers, such as --version 1.2.3",
  );
}
