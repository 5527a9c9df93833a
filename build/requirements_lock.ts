/**
 * The wheels of the bundle: `requirements.lock`, one file for each package,
 * pinned by version and hash, and whether it suits an app.
 *
 * @module
 */
import { UserError } from "../launcher/user_error.ts";
import {
  applies,
  fits,
  normaliseName,
  readRequirements,
  type Requirement,
} from "./requirements.ts";

/** One wheel of the lock. */
export interface LockedWheel {
  /** Normalised name. */
  name: string;
  version: string;
  /** Name of the wheel file. */
  file: string;
  /** SHA-256 of the wheel file, in lower-case hex. */
  sha256: string;
}

/** Where the lock lies. */
export const lockUrl = new URL("./requirements.lock", import.meta.url);

/**
 * Packages that the bundle replaces, by normalised name: python-magic brings no
 * libmagic for Windows, and must never lie beside the one that does.
 */
export const replacements: Readonly<Record<string, string>> = {
  "python-magic": "python-magic-bin==0.4.14",
};

/** Tools of an app's developers, which no user's bundle needs. */
const developmentTools =
  /^(?:pytest(?:-.+)?|coverage|tox|nox|black|ruff|flake8(?:-.+)?|isort|mypy(?:-extensions)?|pyright|pylint|bandit|pre-commit|ipython|ipdb|debugpy|pip-tools|pip-audit|build|twine|types-.+|faker|factory-boy|hypothesis|locust|selenium|playwright)$/;

/** Whether a package is a developer's tool. */
export function isDevelopmentTool(name: string): boolean {
  return developmentTools.test(normaliseName(name));
}

/**
 * Reads the text of the lock.
 *
 * @throws {UserError} If a line lacks its version, its hash or its file.
 */
export function parseLock(text: string): LockedWheel[] {
  const wheels: LockedWheel[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const match = line.match(
      /^([a-z0-9.-]+)==(\S+) --hash=sha256:([0-9a-f]{64}) # (\S+\.whl)$/,
    );
    if (match === null) {
      throw new UserError(
        `build/requirements.lock is damaged: '${line}'.`,
        "Restore it from version control, or renew it: deno task lock",
      );
    }
    const [, name, version, sha256, file] = match;
    wheels.push({
      name: name!,
      version: version!,
      sha256: sha256!,
      file: file!,
    });
  }
  return wheels;
}

/** The lock's text for wheels; also a requirements file that pip reads. */
export function lockText(wheels: readonly LockedWheel[]): string {
  const lines = [...wheels]
    .sort((a, b) => a.name < b.name ? -1 : 1)
    .map(({ name, version, sha256, file }) =>
      `${name}==${version} --hash=sha256:${sha256} # ${file}\n`
    );
  return `# Every wheel of the bundle, resolved for Windows (x86-64) and Python 3.12.\n# Renewed by: deno task lock\n\n${
    lines.join("")
  }`;
}

/** What an app wants of the bundle, its developers' tools left out. */
export function bundleRequirements(
  requirements: readonly Requirement[],
): Requirement[] {
  return requirements.filter((requirement) =>
    applies(requirement) && !isDevelopmentTool(requirement.name)
  );
}

/**
 * What the lock lacks for an app.
 *
 * @returns One phrase for each requirement that does not fit.
 */
export function unsatisfied(
  requirements: readonly Requirement[],
  wheels: readonly LockedWheel[],
): string[] {
  const versions = new Map(wheels.map((wheel) => [wheel.name, wheel.version]));
  const problems: string[] = [];
  for (const requirement of bundleRequirements(requirements)) {
    const replacement = replacements[requirement.name];
    if (replacement !== undefined) {
      const [name] = replacement.split("==");
      if (!versions.has(name!)) problems.push(`${name} (it is not locked)`);
      continue;
    }
    const version = versions.get(requirement.name);
    if (version === undefined) {
      problems.push(`${requirement.name} (it is not locked)`);
    } else if (!fits(version, requirement)) {
      problems.push(`${requirement.text} (locked is ${version})`);
    }
  }
  return problems;
}

/**
 * Refuses an app that the lock does not suit.
 *
 * @param app The app's folder as it was given, if it was.
 * @param path Path of its requirements.txt.
 * @throws {UserError} With the names that do not fit, and the command that renews the lock.
 */
export function checkAppRequirements(
  path: string,
  wheels: readonly LockedWheel[],
  app: string | undefined,
): void {
  const problems = unsatisfied(readRequirements(path), wheels);
  if (problems.length === 0) return;
  const flag = app === undefined
    ? ""
    : ` --app ${/\s/.test(app) ? JSON.stringify(app) : app}`;
  throw new UserError(
    `build/requirements.lock does not suit the app's requirements.txt: ${
      problems.join(", ")
    }.`,
    `Renew it: deno task lock${flag}`,
  );
}
