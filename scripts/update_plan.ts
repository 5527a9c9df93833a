/**
 * Decides what `deno task update` offers and rewrites; nothing here reaches out.
 *
 * @module
 */

/** A source of build/components.json, as far as an update touches it. */
export interface PinnedSource {
  kind: string;
  version: string;
  file: string;
  sha256: string | null;
  root: string;
  url?: string;
  package?: string;
  packageVersion?: string;
  program?: string;
  programSha256?: string;
}

/** How versions of one project are found. */
export interface Watch {
  /** A page of the project that names its newest version. */
  page: string;
  /** What on the page is a version: its first group. */
  pattern: RegExp;
  /** Which versions count; others belong to another line (Python 3.13) or to Deno. */
  accept?: RegExp;
  /** Where the project publishes the SHA-256 of a download; `{url}` and `{file}` are filled in. */
  checksums?: string;
}

/** Compares versions of numbers and dots; a longer one is newer than its beginning. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) =>
    version.split(/[.-]/).map((part) => parseInt(part, 10) || 0)
  );
  for (let index = 0; index < Math.max(left!.length, right!.length); index++) {
    const difference = (left![index] ?? -1) - (right![index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * The newest version that a page names.
 *
 * @returns Nothing when it names none that counts.
 */
export function newestOn(
  page: string,
  watch: Pick<Watch, "pattern" | "accept">,
): string | undefined {
  const versions = [...page.matchAll(new RegExp(watch.pattern, "g"))].map((
    found,
  ) => found[1]!)
    .filter((version) => watch.accept?.test(version) ?? true);
  return versions.sort(compareVersions).at(-1);
}

/** The last part of a path of either system. */
function baseName(path: string): string {
  return path.trim().split(/[\\/]/).at(-1)!;
}

/**
 * The SHA-256 of `file` as projects publish it: in a list of `sha256sum`, alone
 * in a file of its own, or as PowerShell's `Get-FileHash` prints it (Deno's
 * releases for Windows): `Algorithm`, `Hash` and `Path`, one a line.
 *
 * @returns In lower case; nothing when the text does not tell it for this file.
 */
export function checksumIn(text: string, file: string): string | undefined {
  const alone = /^\s*([0-9a-fA-F]{64})\s*$/.exec(text)?.[1];
  if (alone !== undefined) return alone.toLowerCase();
  const printed =
    /^\s*Algorithm *: SHA256\s+Hash *: ([0-9a-fA-F]{64})\s+Path *: (.+)$/m.exec(
      text,
    );
  if (printed !== null && baseName(printed[2]!) === file) {
    return printed[1]!.toLowerCase();
  }
  for (const line of text.split(/\r?\n/)) {
    const hash = /\b([0-9a-fA-F]{64})\b/.exec(line)?.[1];
    const names = line.split(/[\s()*=]+/).map(baseName);
    if (hash !== undefined && names.includes(file)) return hash.toLowerCase();
  }
  return undefined;
}

/**
 * A source at another version: the version changes wherever it stands in the
 * address, the file's name and the folder; the hash is not known yet.
 */
export function atVersion(source: PinnedSource, version: string): PinnedSource {
  const replace = (text: string): string =>
    text.replaceAll(source.version, () => version);
  const { programSha256: _, ...rest } = source;
  return {
    ...rest,
    version,
    file: replace(source.file),
    root: replace(source.root),
    sha256: null,
    ...(source.url === undefined ? {} : { url: replace(source.url) }),
    ...(source.program === undefined
      ? {}
      : { program: replace(source.program) }),
  };
}

/** What changes between two lists of wheels. */
export function wheelChanges(
  before: readonly { name: string; version: string }[],
  after: readonly { name: string; version: string }[],
): string[] {
  const old = new Map(before.map(({ name, version }) => [name, version]));
  const changes = after.flatMap(({ name, version }) => {
    const present = old.get(name);
    old.delete(name);
    return present === version
      ? []
      : [`${name} ${present ?? "(new)"} -> ${version}`];
  });
  return [
    ...changes,
    ...[...old].map(([name, version]) => `${name} ${version} -> (gone)`),
  ];
}

/** A JavaScript package that the project pins. */
export interface PinnedPackage {
  registry: "jsr" | "npm";
  /** E.g. `@std/path`. */
  name: string;
  version: string;
}

/**
 * The packages that deno.json pins.
 *
 * @param imports Values of its import maps, e.g. `jsr:@std/path@1.1.6`; what
 *     names no exact version is not pinned and is left out.
 */
export function pinnedPackages(imports: readonly string[]): PinnedPackage[] {
  return imports.flatMap((specifier) => {
    const found = /^(jsr|npm):\/?((?:@[^/@]+\/)?[^/@]+)@(\d+\.\d+\.\d+[^/]*)/
      .exec(specifier);
    return found === null ? [] : [{
      registry: found[1] as "jsr" | "npm",
      name: found[2]!,
      version: found[3]!,
    }];
  });
}
