/**
 * Reads what a wheel's METADATA says of its name, version and licence.
 *
 * Newer packages state an SPDX expression; of older ones the licence is worked
 * out from the fields they have, and from the text where those are ambiguous
 * ("BSD License" is two licences).
 *
 * @module
 */

/** What is used of METADATA. */
export interface WheelMetadata {
  name: string;
  version: string;
  /** SPDX licence expression; `LicenseRef-…` when nothing tells it. */
  licence: string;
  /** The project's page, where it names one. */
  homepage?: string;
}

/** What packages write into `License:`, in SPDX's words. */
const spoken: Readonly<Record<string, string>> = {
  "mit": "MIT",
  "mit license": "MIT",
  "apache-2.0": "Apache-2.0",
  "apache 2.0": "Apache-2.0",
  "apache license 2.0": "Apache-2.0",
  "bsd-2-clause": "BSD-2-Clause",
  "2-clause bsd license": "BSD-2-Clause",
  "bsd-3-clause": "BSD-3-Clause",
  "3-clause bsd license": "BSD-3-Clause",
  "isc": "ISC",
  "psf-2.0": "PSF-2.0",
  "gplv3+/bsd": "GPL-3.0-or-later OR BSD-3-Clause",
};

/** The last part of `Classifier: License :: …`, in SPDX's words. */
const classified: Readonly<Record<string, string>> = {
  "MIT License": "MIT",
  "Apache Software License": "Apache-2.0",
  "ISC License (ISCL)": "ISC",
  "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
  "Python Software Foundation License": "PSF-2.0",
  "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
};

/** The header fields of METADATA; a field may stand there many times. */
function fieldsOf(text: string): (name: string) => string[] {
  const header = text.replaceAll("\r\n", "\n").split("\n\n", 1)[0]!;
  const lines = header.replaceAll(/\n[ \t]+/g, " ").split("\n");
  return (name) =>
    lines.filter((line) =>
      line.toLowerCase().startsWith(`${name.toLowerCase()}:`)
    )
      .map((line) => line.slice(name.length + 1).trim());
}

/**
 * Reads METADATA.
 *
 * @param text The file's content.
 * @param licenceText The package's licence file, where it has one.
 */
export function readWheelMetadata(
  text: string,
  licenceText = "",
): WheelMetadata {
  const field = fieldsOf(text);
  const name = field("Name")[0] ?? "";
  const homepage = field("Home-page").find((url) => url.startsWith("http")) ??
    field("Project-URL").map((line) =>
      /^(?:source|homepage|source code|repository)\s*,\s*(http\S+)/i.exec(line)
        ?.[1]
    )
      .find((url) => url !== undefined);
  const classifiers = field("Classifier").flatMap((line) =>
    /^License :: (?:.* :: )?(.+)$/.exec(line)?.[1] ?? []
  );
  const bsd = classifiers.includes("BSD License")
    ? (/Neither the names? of/i.test(licenceText)
      ? "BSD-3-Clause"
      : licenceText === ""
      ? undefined
      : "BSD-2-Clause")
    : undefined;
  const licence = field("License-Expression")[0] ??
    spoken[(field("License")[0] ?? "").toLowerCase()] ?? bsd ??
    classifiers.map((classifier) => classified[classifier]).find((found) =>
      found !== undefined
    ) ??
    `LicenseRef-${name.replaceAll(/[^A-Za-z0-9.-]/g, "-")}`;
  return {
    name,
    version: field("Version")[0] ?? "",
    licence,
    ...(homepage === undefined ? {} : { homepage }),
  };
}
