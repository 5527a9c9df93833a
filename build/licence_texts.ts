/**
 * Reads SPDX's licence texts from the pinned package that carries them.
 *
 * @module
 */
import { type Archives, memberNamed } from "./archives.ts";
import { readContentSync } from "./content.ts";
import type { ObtainedComponent } from "./downloads.ts";
import { archivedEntry } from "./entry.ts";
import { openComponent } from "./open_component.ts";

/**
 * Reads the texts of some licences.
 *
 * @param obtained The component `licence-texts`.
 * @param ids SPDX ids.
 * @returns The texts by id.
 * @throws {UserError} If the package does not have one of them.
 */
export async function readLicenceTexts(
  obtained: ObtainedComponent,
  archives: Archives,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const { archive } = await openComponent(obtained, archives);
  return new Map(ids.map((id) => {
    const path = `${obtained.source.root}${id}.json`;
    const entry = archivedEntry(archive, memberNamed(archive, path), path, "");
    const { licenseText } = JSON.parse(
      new TextDecoder().decode(readContentSync(entry)),
    ) as { licenseText: string };
    return [id, licenseText];
  }));
}
