/**
 * Turns what archives and folders hold into entries.
 *
 * @module
 */
import type { IndexedMember } from "./archive_index.ts";
import type { Entry } from "./bundle.ts";

/** An archive, or a pack, with all its files by name. */
export interface OpenArchive {
  /** Where it lies on disk. */
  path: string;
  members: ReadonlyMap<string, IndexedMember>;
}

/**
 * The entry that a file of an archive becomes.
 *
 * @param path Path below the bundle's top folder.
 * @param component Id of the component.
 */
export function archivedEntry(
  archive: OpenArchive,
  member: IndexedMember,
  path: string,
  component: string,
): Entry {
  const { offset, compressedSize, method, size, crc32, sha256 } = member;
  return {
    path,
    component,
    content: {
      kind: "archived",
      archive: archive.path,
      offset,
      compressedSize,
      method,
    },
    size,
    crc32,
    sha256,
    ...(member.portableExecutable === undefined
      ? {}
      : { portableExecutable: member.portableExecutable }),
  };
}
