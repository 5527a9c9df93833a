/**
 * Collects the licence of everything that ships: LICENSES/ with the texts, and
 * THIRD-PARTY-NOTICES.txt, which says what is under which of them.
 *
 * A text comes from the component itself wherever it brings one. For the others
 * the SPDX project's text is taken, from a package whose hash is pinned, with
 * the copyright line of the component's own source.
 *
 * @module
 */
import type { ManifestComponent } from "../launcher/manifest.ts";
import { comparePaths, type Entry } from "./bundle.ts";
import type { Problem } from "./bundle_checks.ts";
import { memoryEntry } from "./content.ts";
import type { EmbeddedLibrary, Findings } from "./embedded_libraries.ts";
import type { JavaScriptPackage } from "./javascript_packages.ts";

/** The folder of the texts, and the component of the entries made here. */
export const licencesFolder = "LICENSES/";

/** Where the list of everything lies. */
export const noticesPath = "THIRD-PARTY-NOTICES.txt";

/** The component id of what is made here. */
export const licencesComponent = "licences";

/** What the licences are collected from. */
export interface LicenceParts {
  app: { name: string; version: string };
  /** As in the manifest. */
  components: readonly ManifestComponent[];
  findings: Findings;
  packages: readonly JavaScriptPackage[];
  /** Every other entry of the bundle. */
  entries: readonly Entry[];
}

/** Copyright lines of what brings no licence file, as its source has them. */
const copyrights: Readonly<Record<string, string>> = {
  "denort": "Copyright 2018-2026 the Deno authors",
  "@std": "Copyright 2018-2026 the Deno authors",
  "@zip.js/zip.js": "Copyright (c) 2023, Gildas Lormeau",
  "V8": "Copyright 2014, the V8 project authors. All rights reserved.",
  "ffmpeg": "Copyright (c) 2000-2024 the FFmpeg developers; built by gyan.dev",
  "wheel:python-magic-bin": "Copyright (c) 2001-2014 Adam Hupp",
  "libmagic":
    "Copyright (c) Ian F. Darwin 1986-1995; software written by Ian F. Darwin and others, maintained 1994- Christos Zoulas.",
};

/** Where the source of what the GPL covers is to be had. */
const sources: Readonly<Record<string, string>> = {
  ffmpeg:
    "Its source code: https://ffmpeg.org/releases/ and https://github.com/GyanD/codexffmpeg",
  exiftool:
    "Its source code is what it runs from (exiftool_files/lib/ and exiftool.pl); Perl's: https://strawberryperl.com/",
};

/** What stands for a component's own licence files among its entries. */
const ownFiles: readonly { component: RegExp; file: RegExp }[] = [
  {
    component: /^wheel:/,
    file:
      /\.dist-info\/(?:licenses\/)?((?:.*\/)?[^/]*(?:LICEN[CS]E|COPYING|NOTICE)[^/]*)$/i,
  },
  { component: /^python$/, file: /^tools\/python\/(LICENSE\.txt)$/ },
  {
    component: /^exiftool$/,
    file: /^tools\/exiftool\/exiftool_files\/(LICENSE|readme_windows\.txt)$/,
  },
  { component: /^app$/, file: /^(LICEN[CS]E[^/]*|COPYING[^/]*)$/i },
];

/** Something that needs a text of SPDX's, with the file that the text goes to. */
interface WantedText {
  licence: string;
  copyright: string;
  path: string;
}

/** The folder of a component's texts. */
function folderOf(
  { id, version }: Pick<ManifestComponent, "id" | "version">,
): string {
  return `${licencesFolder}${id.replace(/^wheel:/, "")}-${version}/`;
}

/** A component's own licence files, by the path they get. */
function ownTexts(
  component: ManifestComponent,
  entries: readonly Entry[],
): Map<string, Entry> {
  const found = new Map<string, Entry>();
  for (
    const rule of ownFiles.filter((rule) => rule.component.test(component.id))
  ) {
    for (const entry of entries) {
      const name = entry.component === component.id
        ? rule.file.exec(entry.path)?.[1]
        : undefined;
      if (name !== undefined) found.set(folderOf(component) + name, entry);
    }
  }
  return found;
}

/** Ids of SPDX licences in an expression, without exceptions and references. */
export function licenceIds(expression: string): string[] {
  const words = expression.replaceAll(/[()]/g, " ").split(/\s+/);
  return [
    ...new Set(
      words.filter((word, index) =>
        word !== "" && !/^(?:AND|OR|WITH)$/.test(word) &&
        words[index - 1] !== "WITH" && !word.startsWith("LicenseRef-")
      ),
    ),
  ];
}

/** Everything that ships without a licence text of its own. */
function wantedTexts(parts: LicenceParts): WantedText[] {
  const wanted: WantedText[] = [];
  const want = (expression: string, key: string, folder: string): void => {
    const copyright = copyrights[key] ??
      `Copyright (c) the authors of ${key.replace(/^wheel:/, "")}`;
    for (const licence of licenceIds(expression)) {
      wanted.push({
        licence,
        copyright,
        path: `${folder}${licence}.txt`,
      });
    }
  };
  for (const component of parts.components) {
    if (
      component.origin === "local" ||
      ownTexts(component, parts.entries).size > 0
    ) continue;
    want(component.licence, component.id, folderOf(component));
    // A component with its own texts speaks for what is in it as well.
    for (const library of parts.findings.libraries.get(component.id) ?? []) {
      if (component.id !== "ffmpeg") {
        want(library.licence, library.name, libraryFolder(library));
      }
    }
  }
  for (const library of parts.findings.libraries.get("launcher") ?? []) {
    want(library.licence, library.name, libraryFolder(library));
  }
  for (const { name, version, licence } of parts.packages) {
    const key = name.startsWith("@std/") ? "@std" : name;
    want(
      licence,
      key,
      `${licencesFolder}${name.replace("/", "-").replace("@", "")}-${version}/`,
    );
  }
  return wanted;
}

/** The folder of a library's texts. */
function libraryFolder({ name, version }: EmbeddedLibrary): string {
  return `${licencesFolder}${name.replaceAll(/[^A-Za-z0-9.]+/g, "-")}${
    version === undefined ? "" : `-${version}`
  }/`;
}

/**
 * Which of SPDX's texts {@linkcode collectLicences} will need.
 *
 * @returns SPDX ids, sorted.
 */
export function neededLicenceTexts(parts: LicenceParts): string[] {
  return [...new Set(wantedTexts(parts).map((wanted) => wanted.licence))].sort(
    comparePaths,
  );
}

/** Puts the copyright line where SPDX's text has a place for it, or before the text. */
export function withCopyright(text: string, copyright: string): string {
  const place = /^Copyright.*<(?:year|owner|copyright holders?)>.*$/im;
  if (place.test(text)) return text.replace(place, () => copyright);
  return copyright === "" ? text : `${copyright}\n\n${text}`;
}

/** One paragraph of the notices. */
function notice(title: string, lines: (string | undefined)[]): string {
  return [
    title,
    ...lines.filter((line) => line !== undefined).map((line) => `  ${line}`),
    "",
  ].join("\r\n");
}

/** The text of THIRD-PARTY-NOTICES.txt. */
function noticesText(parts: LicenceParts, paths: readonly string[]): string {
  const where = (folder: string): string | undefined => {
    const files = paths.filter((path) => path.startsWith(folder));
    return files.length === 0
      ? undefined
      : `Text: ${files.length > 3 ? folder : files.join(", ")}`;
  };
  const paragraphs = parts.components.filter(({ origin }) => origin !== "local")
    .map((component) =>
      notice(`${component.name} ${component.version}`, [
        `Licence: ${component.licence}`,
        `From: ${component.source}`,
        where(folderOf(component)),
        component.id === "exiftool"
          ? "Texts of Perl and its libraries: tools/exiftool/exiftool_files/Licenses_Strawberry_Perl.zip"
          : undefined,
        sources[component.id],
        ...(parts.findings.libraries.get(component.id) ?? []).map((library) =>
          `Holds ${library.name}${
            library.version === undefined ? "" : ` ${library.version}`
          } (${library.licence})`
        ),
      ])
    );
  const compiled = [
    ...(parts.findings.libraries.get("launcher") ?? []).map((library) =>
      notice(`${library.name} ${library.version ?? ""}`.trim(), [
        `Licence: ${library.licence}`,
        "In: MediaParser-launcher.exe",
        where(libraryFolder(library)),
      ])
    ),
    ...parts.packages.map(({ name, version, licence }) =>
      notice(`${name} ${version}`, [
        `Licence: ${licence}`,
        "In: MediaParser-launcher.exe",
        where(
          `${licencesFolder}${
            name.replace("/", "-").replace("@", "")
          }-${version}/`,
        ),
      ])
    ),
  ];
  const title =
    `What is in ${parts.app.name} ${parts.app.version} for Windows, and under which licence`;
  const note =
    "Each part is under its own licence; they are brought together, not merged.\r\nsbom.cdx.json lists the same parts for programs.";
  return [
    title,
    "=".repeat(title.length),
    "",
    note,
    "",
    ...paragraphs,
    ...compiled,
  ].join("\r\n");
}

/**
 * Makes the entries with licences and notices.
 *
 * @param texts SPDX's texts by id, at least those of {@linkcode neededLicenceTexts}.
 * @returns New entries for the bundle, and a problem for each component whose
 *     licence nothing tells.
 */
export function collectLicences(
  parts: LicenceParts,
  texts: ReadonlyMap<string, string>,
): { entries: Entry[]; problems: Problem[] } {
  const made = new Map<string, Entry>();
  const problems: Problem[] = [];
  for (const component of parts.components) {
    for (const [path, entry] of ownTexts(component, parts.entries)) {
      made.set(path, { ...entry, path, component: licencesComponent });
    }
    if (
      component.origin !== "local" &&
      component.licence.startsWith("LicenseRef-") &&
      ownTexts(component, parts.entries).size === 0
    ) {
      if (component.id !== "vc-runtime") {
        problems.push({
          path: component.name,
          reason: "nothing tells its licence",
        });
      }
    }
  }
  for (const { licence, copyright, path } of wantedTexts(parts)) {
    const text = texts.get(licence);
    if (text === undefined) {
      problems.push({
        path,
        reason: `there is no text of the licence ${licence}`,
      });
    } else {made.set(
        path,
        memoryEntry(
          path,
          licencesComponent,
          withCopyright(text, copyright).trimEnd() + "\n",
        ),
      );}
  }
  const entries = [...made.values()].sort((a, b) =>
    comparePaths(a.path, b.path)
  );
  const notices = noticesText(parts, entries.map((entry) => entry.path));
  return {
    entries: [...entries, memoryEntry(noticesPath, licencesComponent, notices)],
    problems,
  };
}
