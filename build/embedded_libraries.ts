/**
 * Finds libraries inside the bundle's programs and DLLs, with their versions, by
 * what they say of themselves in the file.
 *
 * Nothing is taken from memory or documentation: when a file does not tell its
 * version, the library is listed without one.
 *
 * @module
 */
import type { CheckedEntry, ReadEntry, ResultCache } from "./bundle_checks.ts";
import { findEachBytes, indexOfBytes } from "./byte_search.ts";

/** A library that is part of another component. */
export interface EmbeddedLibrary {
  name: string;
  /** Where the file tells it. */
  version?: string;
  /** SPDX licence expression. */
  licence: string;
  /** `vendor:product` as the CPE dictionary names it, for vulnerability scanners. */
  cpe?: string;
  /** Path of the entry it was found in. */
  foundIn: string;
}

/** One library, and how a file shows that it holds it. */
interface Rule extends Omit<EmbeddedLibrary, "version" | "foundIn"> {
  /** Paths of the files that may hold it. */
  file: RegExp;
  /** What stands in the file, as text, its first group being the version; or that the file's resources tell it, or that nothing does. */
  version: RegExp | "resource" | "untold";
  /**
   * Literal text in the match of `version`, for files so large that searching
   * them by pattern takes long.
   */
  anchor?: string;
  /** Whether a file that fits holds the library, even if `version` finds nothing in it. */
  certain?: boolean;
}

const rules: readonly Rule[] = [
  {
    name: "OpenSSL",
    file: /\/libcrypto-3\.dll$/,
    version: /OpenSSL (3\.\d+\.\d+)/,
    anchor: "OpenSSL 3.",
    licence: "Apache-2.0",
    cpe: "openssl:openssl",
  },
  {
    name: "SQLite",
    file: /\/python\/sqlite3\.dll$/,
    version: "resource",
    licence: "blessing",
    cpe: "sqlite:sqlite",
  },
  {
    name: "zlib",
    file: /\/python312\.dll$/,
    version: /\0(1\.[23]\.\d+(?:\.\d+)?)\0/,
    anchor: "\x001.",
    licence: "Zlib",
    cpe: "zlib:zlib",
  },
  {
    name: "libffi",
    file: /\/libffi-8\.dll$/,
    version: "untold",
    licence: "MIT",
    cpe: "libffi_project:libffi",
  },
  {
    name: "Expat",
    file: /\/pyexpat\.pyd$/,
    version: /expat_(\d+\.\d+\.\d+)/,
    anchor: "expat_",
    licence: "MIT",
    cpe: "libexpat_project:libexpat",
  },
  {
    name: "bzip2",
    file: /\/_bz2\.pyd$/,
    version: /(\d+\.\d+\.\d+), \d+-\w+-\d{4}/,
    licence: "bzip2-1.0.6",
    cpe: "bzip:bzip2",
  },
  {
    name: "XZ Utils (liblzma)",
    file: /\/_lzma\.pyd$/,
    version: /\0(5\.\d+\.\d+)\0/,
    certain: true,
    licence: "0BSD",
    cpe: "tukaani:xz",
  },
  {
    name: "libmpdec",
    file: /\/_decimal\.pyd$/,
    version: /\0(2\.\d+\.\d+)\0/,
    licence: "BSD-2-Clause",
  },
  {
    name: "Microsoft Visual C++ runtime",
    file: /\/(?:vcruntime140(?:_1)?|msvcp140)\.dll$/,
    version: "resource",
    licence: "LicenseRef-Microsoft-Distributable-Code",
  },
  {
    name: "Perl",
    file: /\/perl5\d+\.dll$/,
    version: /\0v(5\.\d+\.\d+)\0/,
    anchor: "\0v5.",
    licence: "Artistic-1.0-Perl OR GPL-1.0-or-later",
    cpe: "perl:perl",
  },
  {
    name: "liblzma",
    file: /\/exiftool_files\/liblzma-5__\.dll$/,
    version: "resource",
    licence: "0BSD",
    cpe: "tukaani:xz",
  },
  {
    name: "GCC runtime (libgcc, libstdc++)",
    file: /\/exiftool_files\/lib(?:gcc_s_seh-1|stdc\+\+-6)\.dll$/,
    version: "untold",
    licence: "GPL-3.0-or-later WITH GCC-exception-3.1",
  },
  {
    name: "winpthreads",
    file: /\/exiftool_files\/libwinpthread-1\.dll$/,
    version: "untold",
    licence: "MIT AND BSD-3-Clause",
  },
  {
    name: "zlib",
    file: /\/ffmpeg\.exe$/,
    version: /inflate (1\.\d+\.\d+) Copyright/,
    anchor: "inflate 1.",
    licence: "Zlib",
    cpe: "zlib:zlib",
  },
  {
    name: "GnuTLS",
    file: /\/ffmpeg\.exe$/,
    version: /GnuTLS (\d+\.\d+\.\d+)/,
    anchor: "GnuTLS ",
    licence: "LGPL-2.1-or-later",
    cpe: "gnu:gnutls",
  },
  {
    name: "OpenSSL",
    file: /\/ffmpeg\.exe$/,
    version: /OpenSSL (3\.\d+\.\d+)/,
    anchor: "OpenSSL 3.",
    licence: "Apache-2.0",
    cpe: "openssl:openssl",
  },
  {
    name: "V8",
    file: /\/?MediaParser-launcher\.exe$/,
    version: /(\d+\.\d+\.\d+\.\d+)-rusty/,
    anchor: "-rusty",
    certain: true,
    licence: "BSD-3-Clause",
    cpe: "google:v8",
  },
  {
    name: "OpenBLAS",
    file: /\.libs\/libscipy_openblas[^/]*\.dll$/,
    version: /OpenBLAS (\d+\.\d+\.\d+)/,
    anchor: "OpenBLAS ",
    certain: true,
    licence: "BSD-3-Clause",
    cpe: "openblas_project:openblas",
  },
  {
    name: "Microsoft Visual C++ runtime",
    file: /\.libs\/msvcp140-[^/]*\.dll$/,
    version: "resource",
    licence: "LicenseRef-Microsoft-Distributable-Code",
  },
  {
    name: "libmagic",
    file: /\/libmagic\.dll$/,
    version: "untold",
    licence: "BSD-2-Clause",
    cpe: "file_project:file",
  },
  {
    name: "libjpeg-turbo",
    file: /\/PIL\/_imaging\..*pyd$/,
    version: /libjpeg-turbo version (\d+\.\d+\.\d+)/,
    anchor: "libjpeg-turbo version ",
    licence: "IJG AND BSD-3-Clause AND Zlib",
    cpe: "libjpeg-turbo:libjpeg-turbo",
  },
  {
    name: "LibTIFF",
    file: /\/PIL\/_imaging\..*pyd$/,
    version: /tiff-(\d+\.\d+\.\d+)/,
    anchor: "tiff-",
    licence: "libtiff",
    cpe: "libtiff:libtiff",
  },
  {
    name: "OpenJPEG",
    file: /\/PIL\/_imaging\..*pyd$/,
    version: /\0(2\.[5-9]\.\d+)\0/,
    anchor: "\x002.",
    licence: "BSD-2-Clause",
    cpe: "uclouvain:openjpeg",
  },
  {
    name: "zlib-ng",
    file: /\/PIL\/_imaging\..*pyd$/,
    version: /zlib-ng (\d+\.\d+\.\d+)/,
    anchor: "zlib-ng ",
    licence: "Zlib",
  },
  {
    name: "libavif",
    file: /\/PIL\/_avif\..*pyd$/,
    version: /\0(1\.[0-9]\.\d+)\0/,
    anchor: "\x001.",
    licence: "BSD-2-Clause",
    cpe: "aomedia:libavif",
  },
  {
    name: "libwebp",
    file: /\/PIL\/_webp\..*pyd$/,
    version: "untold",
    licence: "BSD-3-Clause",
    cpe: "webmproject:libwebp",
  },
  {
    name: "FreeType",
    file: /\/PIL\/_imagingft\..*pyd$/,
    version: "untold",
    licence: "FTL OR GPL-2.0-or-later",
    cpe: "freetype:freetype",
  },
  {
    name: "Little CMS",
    file: /\/PIL\/_imagingcms\..*pyd$/,
    version: "untold",
    licence: "MIT",
    cpe: "littlecms:little_cms",
  },
];

/** A change in the rules asks the files again. */
const generation = rules.map((rule) => `${rule.file}${rule.version}`).join("|")
  .length;

/** Text of one character for each byte. Bytes from 0x80 to 0x9f become others' characters: it is windows-1252. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** The bytes of a text of ASCII. */
function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The mark that VS_FIXEDFILEINFO begins with. */
const versionMark = Uint8Array.of(0xbd, 0x04, 0xef, 0xfe);

/**
 * The file's own version in its resources (VS_FIXEDFILEINFO), where it has one.
 *
 * @param bytes The whole file.
 */
export function fileVersion(bytes: Uint8Array): string | undefined {
  const at = indexOfBytes(bytes, versionMark);
  if (at < 0 || at + 16 > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 16);
  const parts = [10, 8, 14, 12].map((offset) => view.getUint16(offset, true));
  if (parts[3] === 0) parts.pop();
  return parts.join(".");
}

/** How far around an anchor a match may reach. */
const reach = 64;

/** Where each of some texts stands in a file. */
type Places = ReadonlyMap<string, readonly number[]>;

/** Looks for texts of ASCII, all of them in one pass. */
function placesOf(bytes: Uint8Array, texts: readonly string[]): Places {
  const places = new Map<string, number[]>(texts.map((text) => [text, []]));
  const names = [...places.keys()];
  for (const { at, needle } of findEachBytes(bytes, names.map(bytesOf))) {
    places.get(names[needle]!)!.push(at);
  }
  return places;
}

/** The first match of `pattern` around an occurrence of `anchor`. */
function matchNear(
  bytes: Uint8Array,
  anchor: string,
  places: Places,
  pattern: RegExp,
): string | undefined {
  for (const at of places.get(anchor) ?? []) {
    const end = at + anchor.length + reach;
    const found = pattern.exec(
      textOf(bytes.subarray(Math.max(0, at - reach), end)),
    );
    if (found) return found[1];
  }
  return undefined;
}

/** How much of a file is turned into text at once. */
const windowSize = 1 << 20;

/**
 * The first match of `pattern`, which spans no more than a few lines. The file
 * is turned into text window by window: as a whole it would take its size again.
 */
function matchAnywhere(bytes: Uint8Array, pattern: RegExp): string | undefined {
  const overlap = 4096;
  for (let at = 0; at < bytes.length; at += windowSize) {
    const window = bytes.subarray(at, at + windowSize + overlap);
    const found = pattern.exec(textOf(window));
    if (found) return found[1];
  }
  return undefined;
}

/** What one rule finds in a file: the version, "" when it is there without one, nothing when it is not there. */
function look(
  { version, anchor, certain }: Rule,
  bytes: Uint8Array,
  places: Places,
): string | undefined {
  if (version === "resource") return fileVersion(bytes) ?? "";
  if (version === "untold") return "";
  const found = anchor === undefined
    ? matchAnywhere(bytes, version)
    : matchNear(bytes, anchor, places, version);
  return found ?? (certain ? "" : undefined);
}

/** How a build configured FFmpeg, as it says itself. */
export interface FfmpegBuild {
  version: string;
  configuration: string;
  /** What FFmpeg's own licence function answers. */
  licence: string;
}

/** What was found in the bundle. */
export interface Findings {
  /** By component id, sorted by name. */
  libraries: Map<string, EmbeddedLibrary[]>;
  ffmpeg?: FfmpegBuild;
}

/** What stands in front of each thing that FFmpeg says of its own build. */
const ffmpegAnchors = {
  version: "FFmpeg version ",
  configuration: "configuration: --",
  licence: "libavutil license: ",
};

/**
 * Reads how FFmpeg was built.
 *
 * @param bytes The whole program.
 */
export function readFfmpegBuild(
  bytes: Uint8Array,
  places: Places = placesOf(bytes, Object.values(ffmpegAnchors)),
): FfmpegBuild | undefined {
  const after = (anchor: string): string | undefined => {
    const at = places.get(anchor)?.[0];
    if (at === undefined) return undefined;
    const start = at + anchor.length;
    const text = textOf(bytes.subarray(start, start + 8192));
    return /^[\x20-\x7e]+/.exec(text)?.[0].trim();
  };
  const version = after(ffmpegAnchors.version);
  const configuration = after(ffmpegAnchors.configuration);
  const licence = after(ffmpegAnchors.licence);
  if (
    version === undefined || configuration === undefined ||
    licence === undefined
  ) return undefined;
  return { version, configuration: `--${configuration}`, licence };
}

/**
 * Looks into the bundle's programs and DLLs.
 *
 * @param cache Keeps what each file said, so that a rebuild reads none again.
 */
export async function findEmbeddedLibraries<E extends CheckedEntry>(
  entries: readonly E[],
  read: ReadEntry<E>,
  cache?: ResultCache,
): Promise<Findings> {
  const libraries = new Map<string, EmbeddedLibrary[]>();
  let ffmpeg: FfmpegBuild | undefined;
  for (const entry of entries) {
    const fitting = rules.filter((rule) => rule.file.test(entry.path));
    if (fitting.length === 0) continue;
    const isFfmpeg = entry.path.endsWith("/ffmpeg.exe");
    const key = `libraries:${generation}:${entry.sha256}`;
    let kept = cache?.get(key);
    if (kept === undefined) {
      const bytes = await read(entry);
      const places = placesOf(bytes, [
        ...fitting.flatMap(({ anchor }) => anchor ?? []),
        ...(isFfmpeg ? Object.values(ffmpegAnchors) : []),
      ]);
      kept = JSON.stringify({
        versions: fitting.map((rule) => look(rule, bytes, places) ?? null),
        ffmpeg: isFfmpeg ? readFfmpegBuild(bytes, places) ?? null : null,
      });
      cache?.set(key, kept);
    }
    const said = JSON.parse(kept) as {
      versions: (string | null)[];
      ffmpeg: FfmpegBuild | null;
    };
    ffmpeg = said.ffmpeg ?? ffmpeg;
    for (const [index, { name, licence, cpe }] of fitting.entries()) {
      const version = said.versions[index] ?? null;
      const list = libraries.get(entry.component) ?? [];
      if (
        version === null ||
        list.some((library) =>
          library.name === name && (library.version ?? "") === version
        )
      ) continue;
      list.push({
        name,
        licence,
        ...(version ? { version } : {}),
        ...(cpe ? { cpe } : {}),
        foundIn: entry.path,
      });
      libraries.set(
        entry.component,
        list.sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
      );
    }
  }
  return { libraries, ...(ffmpeg ? { ffmpeg } : {}) };
}
