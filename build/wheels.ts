/**
 * The wheels: from one verified file to what an installer would lay out of it.
 *
 * A wheel is a zip whose files lie where they belong below `site-packages`,
 * save those of its `.data` folders. Its RECORD tells Python's own tools what
 * belongs to it; it is kept true to what ships.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { IndexedMember } from "./archive_index.ts";
import { refusal } from "./archive_safety.ts";
import { comparePaths, type Entry } from "./bundle.ts";
import { memoryEntry } from "./content.ts";
import { archivedEntry, type OpenArchive } from "./entry.ts";
import { reasonToLeaveOut } from "./left_out.ts";
import type { LockedWheel } from "./requirements_lock.ts";

/** The folder that Python packages lie in. */
export const sitePackages = "tools/python/Lib/site-packages/";

/** Where the `.data` folders of a wheel belong; the others are not for a bundle. */
const dataFolders: Readonly<Record<string, string>> = {
  purelib: sitePackages,
  platlib: sitePackages,
  data: "tools/python/",
};

/** Where a wheel's file belongs, or nothing when it does not ship. */
export function wheelPath(name: string): string | undefined {
  const data = name.match(/^[^/]+\.data\/([^/]+)\/(.+)$/);
  if (data === null) return sitePackages + name;
  const folder = dataFolders[data[1]!];
  return folder === undefined ? undefined : folder + data[2]!;
}

/** One line of a RECORD: path, hash and size, quoted as CSV wants it. */
function recordLine(path: string, hash: string, size: string): string {
  const quoted = /[",\r\n]/.test(path)
    ? `"${path.replaceAll('"', '""')}"`
    : path;
  return `${quoted},${hash},${size}\n`;
}

/** A path as RECORD has it: relative to `site-packages`. */
function recordPath(path: string): string {
  return path.startsWith(sitePackages)
    ? path.slice(sitePackages.length)
    : `../../${path.slice("tools/python/".length)}`;
}

/** The RECORD of what ships of a wheel. */
export function recordText(
  entries: readonly Pick<Entry, "path" | "sha256" | "size">[],
  recordName: string,
): string {
  const lines = entries.map(({ path, sha256, size }) => {
    const hash = Buffer.from(sha256, "hex").toString("base64url");
    return recordLine(recordPath(path), `sha256=${hash}`, String(size));
  });
  lines.push(recordLine(recordName, "", ""));
  return lines.sort(comparePaths).join("");
}

/**
 * The entries of a wheel.
 *
 * @throws {UserError} If it is no wheel of the locked package.
 */
export function wheelEntries(
  wheel: LockedWheel,
  archive: OpenArchive,
): Entry[] {
  const component = `wheel:${wheel.name}`;
  const record = findRecord(archive);
  const entries: Entry[] = [];
  let changed = false;
  for (const member of archive.members.values()) {
    if (member === record) continue;
    const path = wheelPath(member.path);
    if (
      path === undefined ||
      reasonToLeaveOut(member.path, component) !== undefined
    ) {
      changed = true;
      continue;
    }
    if (path !== sitePackages + member.path) changed = true;
    entries.push(archivedEntry(archive, member, path, component));
  }
  const path = sitePackages + record.path;
  entries.push(
    changed
      ? memoryEntry(path, component, recordText(entries, record.path))
      : archivedEntry(archive, record, path, component),
  );
  return entries;
}

/** A wheel's RECORD. */
function findRecord(archive: OpenArchive): IndexedMember {
  for (const member of archive.members.values()) {
    if (/^[^/]+\.dist-info\/RECORD$/.test(member.path)) return member;
  }
  throw refusal(archive.path, "it has no RECORD, so it is no wheel");
}
