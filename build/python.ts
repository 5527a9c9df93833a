/**
 * Python itself: python.org's embeddable package, with its library extracted
 * and the search path that finds the app.
 *
 * @module
 */
import { basename, fromFileUrl, join } from "@std/path";
import type { Archives } from "./archives.ts";
import type { Entry } from "./bundle.ts";
import { memoryEntry } from "./content.ts";
import type { ObtainedComponent } from "./downloads.ts";
import { archivedEntry, type OpenArchive } from "./entry.ts";
import { reasonToLeaveOut } from "./left_out.ts";
import { openComponent } from "./open_component.ts";
import { sitePackages } from "./wheels.ts";

const folder = "tools/python/";

/**
 * Python's search path. The library is extracted: importing from a zip is
 * slower, and some packages read their data as files.
 */
const searchPath = [
  "python312",
  ".",
  "Lib\\site-packages",
  "import site",
  "",
].join("\r\n");

/**
 * Puts the app on the search path, which a `._pth` cannot, four folders up from
 * `site-packages`, and makes `os.kill(pid, 0)` a check before the app runs.
 */
const appPath = [
  "../../../..",
  "import mediaparser_portable.process_check",
  "",
].join("\n");

/** Where the project's own Python package lies. */
const ownPackage = fromFileUrl(
  new URL("../launcher/python/mediaparser_portable/", import.meta.url),
);

/**
 * The entries of Python.
 *
 * @throws {UserError} If the download is not what it should be.
 */
export async function pythonEntries(
  obtained: ObtainedComponent,
  archives: Archives,
): Promise<Entry[]> {
  const { root } = obtained.source;
  const opened = await openComponent(obtained, archives, {
    component: "python",
    from: root,
    to: folder,
  });
  const library = `${root}python312.zip`;
  const inner = await archives.zip(
    await archives.fileOfZip(opened.file, library),
  );
  const entries = [
    ...entriesOf(opened.archive, root, folder, [
      library,
      `${root}python312._pth`,
    ]),
    ...entriesOf(inner, "", `${folder}python312/`, []),
    memoryEntry(`${folder}python312._pth`, "python", searchPath),
    memoryEntry(`${sitePackages}mediaparser.pth`, "python", appPath),
  ];
  for (const file of [...Deno.readDirSync(ownPackage)]) {
    if (!file.isFile || !file.name.endsWith(".py")) continue;
    entries.push(
      memoryEntry(
        `${sitePackages}mediaparser_portable/${basename(file.name)}`,
        "launcher",
        Deno.readFileSync(join(ownPackage, file.name)),
      ),
    );
  }
  return entries;
}

/** What ships of an archive's folder. */
function entriesOf(
  archive: OpenArchive,
  root: string,
  target: string,
  without: readonly string[],
): Entry[] {
  return [...archive.members.values()]
    .filter(({ path }) => path.startsWith(root) && !without.includes(path))
    .map((member) =>
      archivedEntry(
        archive,
        member,
        target + member.path.slice(root.length),
        "python",
      )
    )
    .filter(({ path }) => reasonToLeaveOut(path, "python") === undefined);
}
