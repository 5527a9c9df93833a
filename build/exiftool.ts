/**
 * ExifTool: its program and the files that the program needs beside it.
 *
 * @module
 */
import { type Archives, memberNamed } from "./archives.ts";
import type { Entry } from "./bundle.ts";
import type { ObtainedComponent } from "./downloads.ts";
import { archivedEntry } from "./entry.ts";
import { reasonToLeaveOut } from "./left_out.ts";
import { openComponent } from "./open_component.ts";

const folder = "tools/exiftool/";

/**
 * The entries of ExifTool.
 *
 * @throws {UserError} If the download is not what it should be.
 */
export async function exiftoolEntries(
  obtained: ObtainedComponent,
  archives: Archives,
): Promise<Entry[]> {
  const { root, program = "exiftool.exe" } = obtained.source;
  const { archive } = await openComponent(obtained, archives);
  const files = `${root}exiftool_files/`;
  // Whatever its name was: `exiftool(-k).exe` waits for a key at its end.
  const entries = [
    archivedEntry(
      archive,
      memberNamed(archive, root + program),
      `${folder}exiftool.exe`,
      "exiftool",
    ),
  ];
  // Without this file the program only says what it lacks.
  memberNamed(archive, `${files}exiftool.pl`);
  for (const member of archive.members.values()) {
    if (!member.path.startsWith(files)) continue;
    const path = folder + member.path.slice(root.length);
    if (reasonToLeaveOut(path, "exiftool") !== undefined) continue;
    entries.push(archivedEntry(archive, member, path, "exiftool"));
  }
  return entries;
}
