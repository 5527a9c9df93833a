/**
 * Checks a finished bundle, as a zip or unpacked, against its manifest.json, and
 * a zip against the SHA256SUMS beside it.
 *
 * The manifest tells which file is damaged; SHA256SUMS guards the manifest and
 * the bytes between the files.
 *
 * @module
 */
import { inflateRawSync } from "node:zlib";
import { walk } from "@std/fs/walk";
import { basename, dirname, join, relative, SEPARATOR } from "@std/path";
import {
  type Change,
  changedFiles,
  sha256OfFile,
} from "../launcher/integrity.ts";
import {
  type Manifest,
  manifestPath,
  parseManifest,
} from "../launcher/manifest.ts";
import { UserError } from "../launcher/user_error.ts";
import { comparePaths, topFolder } from "./bundle.ts";
import { readFullySync } from "./content.ts";
import { sha256Of } from "./digest.ts";
import { type ArchiveMember, readZipDirectory } from "./zip_directory.ts";

/** Name of the file with the hashes of what lies beside it. */
export const sumsName = "SHA256SUMS";

/** Something that is not as it was built. */
export interface Finding {
  /** The file's path in the bundle, or the zip's name. */
  path: string;
  what: Change["what"] | "extra" | "damaged";
  /** The difference in words. */
  detail: string;
}

/** What was checked, and what was found. */
export interface Verification {
  /** The manifest that was checked against; none when it cannot be read. */
  manifest?: Manifest;
  /** Uncompressed bytes that were hashed. */
  bytes: number;
  /** Whether SHA256SUMS had the zip's hash; `absent` for folders and without the file. */
  sums: "matched" | "differs" | "absent";
  /** Sorted by path; empty when all is well. */
  findings: Finding[];
}

/** What the app makes at run time, below the bundle's folder. */
const madeAtRunTime =
  /^(?:instance|storage|logs)\/|^\.env$|^MediaParser\.toml$|(?:^|\/)__pycache__\//;

/**
 * Reads SHA256SUMS, as `sha256sum` writes it.
 *
 * @returns Hashes in lower-case hex, by file name.
 * @throws {UserError} If a line is none.
 */
export function parseSums(text: string): Map<string, string> {
  const sums = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    if (line === "") continue;
    const found = /^([0-9a-fA-F]{64}) [ *](.+)$/.exec(line);
    if (!found) {
      throw new UserError(
        `${sumsName} has a line that is no hash: '${line}'.`,
        "Download it again.",
      );
    }
    sums.set(found[2]!, found[1]!.toLowerCase());
  }
  return sums;
}

/** The text of SHA256SUMS for files by name. */
export function sumsText(sums: ReadonlyMap<string, string>): string {
  return [...sums].sort(([a], [b]) => comparePaths(a, b)).map((
    [name, sha256],
  ) => `${sha256}  ${name}\n`).join("");
}

/** Compares a zip with SHA256SUMS in its folder. */
async function checkSums(zip: string): Promise<Verification["sums"]> {
  let text: string;
  try {
    text = await Deno.readTextFile(join(dirname(zip), sumsName));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "absent";
    throw error;
  }
  const expected = parseSums(text).get(basename(zip));
  if (expected === undefined) return "absent";
  return expected === await sha256OfFile(zip) ? "matched" : "differs";
}

/** An entry's bytes, or nothing when they cannot be inflated. */
function inflate(
  file: Deno.FsFile,
  member: ArchiveMember,
): Uint8Array | undefined {
  const raw = new Uint8Array(member.compressedSize);
  readFullySync(file, member.offset, raw);
  if (member.method === 0) return raw;
  try {
    return inflateRawSync(raw, { maxOutputLength: Math.max(member.size, 1) });
  } catch (error) {
    // Both zlib's own errors and "too much output" are what damage looks like.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** Compares one entry with the manifest. */
function checkMember(
  file: Deno.FsFile,
  path: string,
  member: ArchiveMember,
  expected: Manifest["files"][number],
): Finding | undefined {
  if (member.size !== expected.size) {
    return {
      path,
      what: "size",
      detail: `${member.size} bytes instead of ${expected.size}`,
    };
  }
  const bytes = inflate(file, member);
  if (bytes === undefined) {
    return {
      path,
      what: "damaged",
      detail: "its compressed bytes are damaged",
    };
  }
  return sha256Of(bytes) === expected.sha256
    ? undefined
    : { path, what: "content", detail: "its content differs" };
}

/** Puts findings into their order. */
function sorted(findings: Finding[]): Finding[] {
  return findings.sort((a, b) => comparePaths(a.path, b.path));
}

/**
 * Checks a zip.
 *
 * @param zip Its path.
 * @throws {Deno.errors.NotFound} If there is no such file.
 */
export async function verifyZip(zip: string): Promise<Verification> {
  const sums = await checkSums(zip);
  const findings: Finding[] = [];
  if (sums === "differs") {
    findings.push({
      path: basename(zip),
      what: "content",
      detail: `its hash is not the one in ${sumsName}`,
    });
  }
  const give = (bytes: number, manifest?: Manifest): Verification => ({
    ...(manifest ? { manifest } : {}),
    bytes,
    sums,
    findings: sorted(findings),
  });
  let members: Map<string, ArchiveMember>;
  try {
    members = new Map(
      (await readZipDirectory(zip)).map((member) => [member.path, member]),
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    findings.push({
      path: basename(zip),
      what: "damaged",
      detail: error.happened,
    });
    return give(0);
  }
  using file = await Deno.open(zip);
  const stated = members.get(`${topFolder}/${manifestPath}`);
  const text = stated && inflate(file, stated);
  let manifest: Manifest;
  if (!text) {
    findings.push({
      path: manifestPath,
      what: stated ? "damaged" : "missing",
      detail: "it cannot be read",
    });
    return give(0);
  }
  try {
    manifest = parseManifest(new TextDecoder().decode(text));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    findings.push({
      path: manifestPath,
      what: "damaged",
      detail: error.happened,
    });
    return give(0);
  }
  members.delete(`${topFolder}/${manifestPath}`);
  let bytes = 0;
  for (const expected of manifest.files) {
    const member = members.get(`${topFolder}/${expected.path}`);
    if (!member) {
      findings.push({
        path: expected.path,
        what: "missing",
        detail: "it is not there",
      });
      continue;
    }
    members.delete(member.path);
    const finding = checkMember(file, expected.path, member, expected);
    if (finding) findings.push(finding);
    bytes += expected.size;
  }
  for (const path of members.keys()) {
    findings.push({
      path,
      what: "extra",
      detail: "the manifest does not have it",
    });
  }
  return give(bytes, manifest);
}

/**
 * Checks an unpacked bundle. What the app makes at run time (`instance/`,
 * `storage/`, `logs/`, `.env`, settings, Python's caches) is none of its files.
 *
 * @param root The bundle's top folder.
 * @throws {UserError} If there is no manifest.json in it.
 */
export async function verifyFolder(root: string): Promise<Verification> {
  let text: string;
  try {
    text = await Deno.readTextFile(join(root, manifestPath));
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new UserError(
      `The folder '${root}' has no ${manifestPath}.`,
      `Name the folder that holds MediaParser-launcher.exe, or a zip.`,
      { cause },
    );
  }
  const manifest = parseManifest(text);
  const findings: Finding[] = await changedFiles(root, manifest);
  const known = new Set([
    manifestPath,
    ...manifest.files.map((file) => file.path),
  ]);
  for await (const entry of walk(root, { includeDirs: false })) {
    const path = relative(root, entry.path).replaceAll(SEPARATOR, "/");
    if (!known.has(path) && !madeAtRunTime.test(path)) {
      findings.push({
        path,
        what: "extra",
        detail: "the manifest does not have it",
      });
    }
  }
  const bytes = manifest.files.reduce((sum, file) => sum + file.size, 0);
  return { manifest, bytes, sums: "absent", findings: sorted(findings) };
}
