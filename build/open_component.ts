/**
 * Opens a component's download, in whatever way its source wraps it.
 *
 * @module
 */
import type { Archives, VerifiedFile } from "./archives.ts";
import type { ObtainedComponent } from "./downloads.ts";
import type { OpenArchive } from "./entry.ts";
import type { Placement } from "./inspection.ts";

/** The one component that is read but does not ship as it is. */
const licenceTexts = "licence-texts";

/** An archive with the file that it is read from. */
export interface OpenComponent {
  file: VerifiedFile;
  archive: OpenArchive;
}

/**
 * Opens a zip, a zip in a tarball, or a tarball.
 *
 * @param placement Where a zip's files go; they are looked into by the way.
 * @throws {UserError} If the download is damaged, or holds something it must not.
 */
export async function openComponent(
  obtained: ObtainedComponent,
  archives: Archives,
  placement?: Placement,
): Promise<OpenComponent> {
  const { source } = obtained;
  if (!/\.(?:tgz|tar\.gz)$/.test(source.file)) {
    return { file: obtained, archive: await archives.zip(obtained, placement) };
  }
  if (source.inner !== undefined) {
    const file = await archives.fileOfTarball(obtained, source.inner);
    return { file, archive: await archives.zip(file, placement) };
  }
  return {
    file: obtained,
    archive: await archives.tarball(
      obtained,
      source.root,
      obtained.component.id !== licenceTexts,
    ),
  };
}
