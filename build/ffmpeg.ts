/**
 * FFmpeg: the one program of the build that the app calls.
 *
 * @module
 */
import { type Archives, memberNamed } from "./archives.ts";
import { refusal } from "./archive_safety.ts";
import type { Entry } from "./bundle.ts";
import type { ObtainedComponent } from "./downloads.ts";
import { archivedEntry } from "./entry.ts";
import { openComponent } from "./open_component.ts";

/**
 * The entries of FFmpeg.
 *
 * @throws {UserError} If the download is not what it should be.
 */
export async function ffmpegEntries(
  obtained: ObtainedComponent,
  archives: Archives,
): Promise<Entry[]> {
  const { root, program = "ffmpeg.exe", programSha256 } = obtained.source;
  const path = "tools/ffmpeg/ffmpeg.exe";
  const { archive } = await openComponent(obtained, archives, {
    component: "ffmpeg",
    from: root + program,
    to: path,
  });
  const member = memberNamed(archive, root + program);
  if (programSha256 !== undefined && member.sha256 !== programSha256) {
    throw refusal(archive.path, `its '${program}' is another one than pinned`);
  }
  return [archivedEntry(archive, member, path, "ffmpeg")];
}
