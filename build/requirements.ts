/**
 * Reads requirements files as far as a bundle needs it: names, versions and
 * environment markers (PEP 508), the latter always for the bundle's Windows,
 * never for the machine that builds.
 *
 * @module
 */
import { satisfies } from "@renovatebot/pep440";
import { UserError } from "../launcher/user_error.ts";

/** One requirement of a requirements file. */
export interface Requirement {
  /** Normalised (PEP 503): lower case, with single hyphens. */
  name: string;
  extras: string[];
  /** Versions that fit, e.g. `>=3.1,<4`; empty is any. */
  versions: string;
  /** The environment marker as it was written, where there is one. */
  marker?: string;
  /** SHA-256 hashes of files that may be used, in lower-case hex. */
  hashes: string[];
  /** The line as it was written, without its comment. */
  text: string;
}

/** What markers ask of the bundle's Python. */
const bundleEnvironment: Readonly<Record<string, string>> = {
  os_name: "nt",
  sys_platform: "win32",
  platform_machine: "AMD64",
  platform_system: "Windows",
  platform_python_implementation: "CPython",
  implementation_name: "cpython",
  implementation_version: "3.12.9",
  python_version: "3.12",
  python_full_version: "3.12.9",
  platform_release: "10",
  platform_version: "10.0.19045",
  extra: "",
};

/** Variables that are compared as versions. */
const versionVariables = new Set([
  "python_version",
  "python_full_version",
  "implementation_version",
]);

/** A name as registries compare it (PEP 503). */
export function normaliseName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, "-");
}

/** An unreadable requirement, with its file and line. */
function unreadable(text: string, file: string, why: string): UserError {
  return new UserError(
    `'${text}' in '${file}' cannot be read: ${why}.`,
    "Write it as PEP 508 has it, for instance 'flask>=3.1,<4'.",
  );
}

/**
 * Reads one requirement.
 *
 * @param text A line without comment and options, e.g. `colorama>=0.4; sys_platform == "win32"`.
 * @param file Its file, for the message of an error.
 * @throws {UserError} If it is none.
 */
export function parseRequirement(text: string, file: string): Requirement {
  const hashes = [...text.matchAll(/\s--hash[= ]sha256:([0-9a-f]{64})/g)]
    .map((match) => match[1]!);
  const line = text.replaceAll(/\s--hash[= ]\S+/g, "").trim();
  const match = line.match(
    /^([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)\s*(?:\[([^\]]*)\])?\s*([^;]*)(?:;(.*))?$/i,
  );
  if (match === null) throw unreadable(line, file, "it has no package name");
  const [, name, extras = "", rest = "", marker] = match;
  const versions = rest.trim().replace(/^\((.*)\)$/, "$1");
  if (versions.startsWith("@")) {
    throw unreadable(line, file, "an address instead of a version");
  }
  const clause = /^(?:===|==|!=|~=|<=|>=|<|>)\s*[a-z0-9.*+!_-]+$/i;
  const clauses = versions === ""
    ? []
    : versions.split(",").map((part) => part.trim());
  if (!clauses.every((part) => clause.test(part))) {
    throw unreadable(line, file, `'${versions}' is no version specifier`);
  }
  const requirement: Requirement = {
    name: normaliseName(name!),
    extras: extras.split(",").map((extra) => extra.trim()).filter((extra) =>
      extra !== ""
    ),
    versions: clauses.map((part) => part.replaceAll(/\s+/g, "")).join(","),
    hashes,
    text: line,
  };
  if (marker === undefined) return requirement;
  evaluateMarker(marker, file);
  return { ...requirement, marker: marker.trim() };
}

/**
 * Reads a requirements file with the files that it includes.
 *
 * @param path The file's path.
 * @param read Reads a file's text.
 * @returns Its requirements in order, whether their markers hold or not.
 * @throws {UserError} If a line cannot be read.
 */
export function readRequirements(
  path: string,
  read: (path: string) => string = Deno.readTextFileSync,
  including: readonly string[] = [],
): Requirement[] {
  if (including.includes(path)) {
    throw unreadable(`-r ${path}`, including.at(-1)!, "it includes itself");
  }
  const found: Requirement[] = [];
  const text = read(path).replace(/^\ufeff/, "").replaceAll(/\\\r?\n/g, " ");
  for (const whole of text.split(/\r?\n/)) {
    const line = whole.replace(/(^|\s)#.*$/, "").trim();
    if (line === "") continue;
    const include = line.match(/^(?:-r|--requirement)[= ]\s*(\S+)$/)?.[1];
    if (include !== undefined) {
      const folder = path.slice(0, path.search(/[^/\\]*$/));
      found.push(
        ...readRequirements(folder + include, read, [...including, path]),
      );
    } else if (/^-(?:e|-editable)\b/.test(line)) {
      throw unreadable(line, path, "a bundle holds wheels only");
    } else if (!line.startsWith("-")) {
      found.push(parseRequirement(line, path));
    }
  }
  return found;
}

/** Whether a requirement is one of the bundle's Windows. */
export function applies(requirement: Requirement): boolean {
  return requirement.marker === undefined ||
    evaluateMarker(requirement.marker, "");
}

/**
 * Whether a version fits a requirement.
 *
 * @param version A version as PEP 440 has it.
 */
export function fits(version: string, requirement: Requirement): boolean {
  return requirement.versions === "" ||
    satisfies(version, requirement.versions, { prereleases: true });
}

/**
 * Whether an environment marker holds for the bundle's Python.
 *
 * @param file The file it stands in, for the message of an error.
 * @throws {UserError} If it is no marker.
 */
export function evaluateMarker(marker: string, file: string): boolean {
  const tokens = marker.match(
    /\(|\)|"[^"]*"|'[^']*'|===|==|!=|~=|<=|>=|<|>|[a-z_.]+|\S/gi,
  ) ?? [];
  let at = 0;
  const fail = (): never => {
    throw unreadable(marker.trim(), file, "it is no environment marker");
  };
  const next = (): string => tokens[at++] ?? fail();

  const operand = (): { text: string; variable?: string } => {
    const token = next();
    if (/^["']/.test(token)) return { text: token.slice(1, -1) };
    const text = bundleEnvironment[token.replace(/^os\.name$/, "os_name")];
    return text === undefined ? fail() : { text, variable: token };
  };
  const comparison = (): boolean => {
    if (tokens[at] === "(") {
      at++;
      const value = either();
      if (next() !== ")") fail();
      return value;
    }
    const left = operand();
    let operator = next();
    if (operator === "not") {
      if (next() !== "in") fail();
      operator = "not in";
    }
    const right = operand();
    if (operator === "in") return right.text.includes(left.text);
    if (operator === "not in") return !right.text.includes(left.text);
    if (versionVariables.has(left.variable ?? right.variable ?? "")) {
      // `"3.9" <= python_version` reads from the other side.
      const turned = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };
      return left.variable !== undefined
        ? satisfies(left.text, `${operator}${right.text}`)
        : satisfies(
          right.text,
          `${turned[operator as keyof typeof turned] ?? operator}${left.text}`,
        );
    }
    switch (operator) {
      case "==":
      case "===":
        return left.text === right.text;
      case "!=":
        return left.text !== right.text;
      case "<":
        return left.text < right.text;
      case "<=":
        return left.text <= right.text;
      case ">":
        return left.text > right.text;
      case ">=":
        return left.text >= right.text;
      default:
        return fail();
    }
  };
  const both = (): boolean => {
    let value = comparison();
    while (tokens[at] === "and") {
      at++;
      value = comparison() && value;
    }
    return value;
  };
  const either = (): boolean => {
    let value = both();
    while (tokens[at] === "or") {
      at++;
      value = both() || value;
    }
    return value;
  };
  const value = either();
  if (at < tokens.length) fail();
  return value;
}
