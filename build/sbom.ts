/**
 * Writes sbom.cdx.json: the bundle's parts in CycloneDX 1.6, for scanners that
 * look vulnerabilities up.
 *
 * The same bundle gives the same bytes: the time is SOURCE_DATE_EPOCH's, and the
 * serial number comes from the content.
 *
 * @module
 */
import type { ManifestComponent } from "../launcher/manifest.ts";
import { comparePaths } from "./bundle.ts";
import { sha256Of } from "./digest.ts";
import type { EmbeddedLibrary, Findings } from "./embedded_libraries.ts";
import type { JavaScriptPackage } from "./javascript_packages.ts";

/** The SBOM's path in the bundle. */
export const sbomPath = "sbom.cdx.json";

/** What an SBOM is made from. */
export interface SbomParts {
  app: { name: string; version: string };
  /** SOURCE_DATE_EPOCH, in seconds. */
  epoch: number;
  /** As in the manifest. */
  components: readonly ManifestComponent[];
  /** What was found inside of them. */
  findings: Findings;
  /** What is compiled into the launcher. */
  packages: readonly JavaScriptPackage[];
}

/** A component as CycloneDX has it; only the members used here. */
interface CycloneDxComponent {
  type: "application" | "library" | "platform";
  "bom-ref": string;
  name: string;
  version?: string;
  description?: string;
  hashes?: { alg: "SHA-256"; content: string }[];
  licenses?: [{ expression: string }];
  cpe?: string;
  purl?: string;
  externalReferences?: { type: "distribution"; url: string }[];
  properties?: { name: string; value: string }[];
  components?: CycloneDxComponent[];
}

/** The id of the component that holds the Deno runtime. */
const runtimeId = "denort";

/** What is known of a component by its id, beside the manifest. */
const known: Readonly<
  Record<
    string,
    { type: CycloneDxComponent["type"]; purl: string; cpe?: string }
  >
> = {
  python: {
    type: "platform",
    purl: "pkg:generic/cpython",
    cpe: "python:python",
  },
  deno: {
    type: "platform",
    purl: "pkg:github/denoland/deno",
    cpe: "deno:deno",
  },
  ffmpeg: {
    type: "application",
    purl: "pkg:generic/ffmpeg",
    cpe: "ffmpeg:ffmpeg",
  },
  exiftool: {
    type: "application",
    purl: "pkg:generic/exiftool",
    cpe: "exiftool_project:exiftool",
  },
};

/** A CPE 2.3 name. */
function cpeOf(product: string, version: string): string {
  return `cpe:2.3:a:${product}:${
    version.replaceAll(/[^\w.-]/g, "_")
  }:*:*:*:*:*:*:*`;
}

/** A library inside a component. */
function libraryComponent(
  owner: string,
  library: EmbeddedLibrary,
): CycloneDxComponent {
  const { name, version, licence, cpe, foundIn } = library;
  return {
    type: name === "Perl" ? "platform" : "library",
    "bom-ref": `${owner}#${name}${version === undefined ? "" : `@${version}`}`,
    name,
    ...(version === undefined ? {} : { version }),
    licenses: [{ expression: licence }],
    ...(cpe === undefined || version === undefined
      ? {}
      : { cpe: cpeOf(cpe, version) }),
    properties: [
      { name: "mediaparser:found-in", value: foundIn },
      ...(version === undefined
        ? [{ name: "mediaparser:version", value: "not told by the file" }]
        : []),
    ],
  };
}

/** A JavaScript package inside the launcher. JSR packages have their purl in JSR's npm form. */
function packageComponent(
  { name, version, registry, licence }: JavaScriptPackage,
): CycloneDxComponent {
  const npmName = registry === "jsr"
    ? `@jsr/${name.slice(1).replace("/", "__")}`
    : name;
  return {
    type: "library",
    "bom-ref": `${registry}:${name}@${version}`,
    name,
    version,
    licenses: [{ expression: licence }],
    purl: `pkg:npm/${npmName.replace("@", "%40")}@${version}`,
    properties: [{ name: "mediaparser:registry", value: registry }],
  };
}

/** The package URL of a component, where its kind has one. */
function purlOf(component: ManifestComponent): string | undefined {
  const version = encodeURIComponent(
    component.id === runtimeId ? `v${component.version}` : component.version,
  );
  if (component.id.startsWith("wheel:")) {
    return `pkg:pypi/${component.id.slice("wheel:".length)}@${version}`;
  }
  const base = known[component.id]?.purl;
  return base && `${base}@${version}`;
}

/** One component of the manifest, with what is inside of it. */
function topComponent(
  component: ManifestComponent,
  parts: SbomParts,
): CycloneDxComponent {
  const { id, name, version, source, origin, sha256, licence } = component;
  const purl = purlOf(component);
  const cpe = known[id]?.cpe;
  const ffmpeg = id === "ffmpeg" ? parts.findings.ffmpeg : undefined;
  const inside = [
    ...(parts.findings.libraries.get(id) ?? []).map((library) =>
      libraryComponent(id, library)
    ),
    ...(id === "launcher" ? parts.packages.map(packageComponent) : []),
  ];
  return {
    type: known[id]?.type ??
      (id === "launcher" || id === "app" ? "application" : "library"),
    "bom-ref": id,
    name: id.startsWith("wheel:") ? id.slice("wheel:".length) : name,
    version,
    ...(sha256 === undefined
      ? {}
      : { hashes: [{ alg: "SHA-256", content: sha256 }] }),
    licenses: [{ expression: licence }],
    ...(cpe === undefined ? {} : { cpe: cpeOf(cpe, version) }),
    ...(purl === undefined ? {} : { purl }),
    ...(/^https?:/.test(source)
      ? { externalReferences: [{ type: "distribution", url: source }] }
      : {}),
    properties: [
      { name: "mediaparser:source", value: source },
      { name: "mediaparser:origin", value: origin },
      ...(ffmpeg
        ? [
          { name: "ffmpeg:version", value: ffmpeg.version },
          { name: "ffmpeg:licence", value: ffmpeg.licence },
          { name: "ffmpeg:configuration", value: ffmpeg.configuration },
        ]
        : []),
    ],
    ...(inside.length === 0 ? {} : {
      components: inside.sort((a, b) =>
        comparePaths(a["bom-ref"], b["bom-ref"])
      ),
    }),
  };
}

/** V8 is found in the launcher's file and belongs to the runtime, where that is a component of its own. */
function withRuntime(parts: SbomParts): SbomParts {
  const inLauncher = parts.findings.libraries.get("launcher");
  if (
    !inLauncher ||
    !parts.components.some((component) => component.id === runtimeId)
  ) return parts;
  const libraries = new Map(parts.findings.libraries);
  libraries.delete("launcher");
  libraries.set(runtimeId, inLauncher);
  return { ...parts, findings: { ...parts.findings, libraries } };
}

/** A UUID (version 8, of our own making) from text. */
function uuidOf(text: string): string {
  const digits = [...sha256Of(text).slice(0, 32)];
  digits[12] = "8";
  digits[16] = (0x8 | parseInt(digits[16]!, 16) & 0x3).toString(16);
  const hex = digits.join("");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}

/**
 * Makes the SBOM.
 *
 * @returns JSON with a final line feed, the same for the same parts whatever
 *     their order.
 */
export function sbomText(input: SbomParts): string {
  const parts = withRuntime(input);
  const components = parts.components
    .map((component) => topComponent(component, parts))
    .sort((a, b) => comparePaths(a["bom-ref"], b["bom-ref"]));
  const root = "mediaparser-for-windows";
  const nested = components.filter((component) => component.components);
  const content = {
    version: 1,
    metadata: {
      timestamp: new Date(parts.epoch * 1000).toISOString(),
      component: {
        type: "application",
        "bom-ref": root,
        name: `${parts.app.name} for Windows`,
        version: parts.app.version,
      },
    },
    components,
    dependencies: [
      {
        ref: root,
        dependsOn: components.map((component) => component["bom-ref"]),
      },
      ...nested.map((component) => ({
        ref: component["bom-ref"],
        dependsOn: component.components!.map((inner) => inner["bom-ref"]),
      })),
    ],
  };
  const bom = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(content))}`,
    ...content,
  };
  return `${JSON.stringify(bom, null, 2)}\n`;
}
