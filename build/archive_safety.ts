/**
 * What an archive may be like before anything in it is used.
 *
 * Every archive is hash-checked first, so these limits do not replace trust;
 * they keep a mistake in the pins, or a mirror's surprise, from writing outside
 * of its place or filling the disk.
 *
 * @module
 */
import { basename } from "@std/path";
import { UserError } from "../launcher/user_error.ts";

/** How much an archive may hold. */
export interface ArchiveLimits {
  /** Most files. */
  entries: number;
  /** Most bytes of one file, uncompressed. */
  entrySize: number;
  /** Most bytes of all files together, uncompressed. */
  totalSize: number;
  /** Most uncompressed bytes for each byte of the archive, over all files. */
  ratio: number;
}

/** Well above what the components are, well below what hurts. */
export const archiveLimits: ArchiveLimits = {
  entries: 20_000,
  entrySize: 512 * 2 ** 20,
  totalSize: 2 * 2 ** 30,
  ratio: 200,
};

/**
 * The error for an archive that is damaged or not as it should be.
 *
 * @param archive Its path.
 * @param what What is wrong, as the end of a sentence without its full stop.
 */
export function refusal(
  archive: string,
  what: string,
  cause?: unknown,
): UserError {
  return new UserError(
    `The archive '${basename(archive)}' is refused: ${what}.`,
    "Delete it from the cache folder and run the build again; if that does not help, do not trust its source.",
    { cause },
  );
}

/**
 * Why a name must not be used as a path, or nothing when it may be.
 *
 * @param name The name as the archive has it, without the final slash of a folder.
 */
export function unsafeName(name: string): string | undefined {
  if (name === "") return "has no name";
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(name)) {
    return "has a control character in its name";
  }
  if (name.includes("\\")) return "has a backslash in its name";
  if (name.startsWith("/")) return "has an absolute path";
  if (/^[a-z]:/i.test(name)) return "has a drive in its path";
  const parts = name.split("/");
  if (parts.includes("..")) return "points outside of the archive";
  if (parts.includes("") || parts.includes(".")) {
    return "has an empty part in its path";
  }
  return undefined;
}

/** Counts what an archive holds, and stops where it goes over a limit. */
export class ArchiveTally {
  #entries = 0;
  #total = 0;
  readonly #names = new Set<string>();

  constructor(
    readonly archive: string,
    readonly archiveSize: number,
    readonly limits: ArchiveLimits = archiveLimits,
  ) {}

  /**
   * Takes one more file.
   *
   * @param size Its uncompressed bytes.
   * @throws {UserError} If it is unsafe, there twice, or too much.
   */
  add(name: string, size: number): void {
    const quoted = `its entry '${name}'`;
    const unsafe = unsafeName(name);
    if (unsafe !== undefined) {
      throw refusal(this.archive, `${quoted} ${unsafe}`);
    }
    if (this.#names.has(name)) {
      throw refusal(this.archive, `${quoted} is there twice`);
    }
    this.#names.add(name);
    this.#total += size;
    const { limits } = this;
    if (++this.#entries > limits.entries) {
      throw refusal(
        this.archive,
        `it holds more than ${limits.entries} entries`,
      );
    }
    if (!(size <= limits.entrySize)) {
      throw refusal(this.archive, `${quoted} is larger than any part may be`);
    }
    if (
      this.#total > limits.totalSize ||
      this.#total > this.archiveSize * limits.ratio
    ) {
      throw refusal(this.archive, "it unpacks to far more than it should");
    }
  }
}
