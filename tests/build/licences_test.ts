import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { memoryEntry } from "../../build/content.ts";
import {
  collectLicences,
  licenceIds,
  type LicenceParts,
  neededLicenceTexts,
  withCopyright,
} from "../../build/licences.ts";

const site = "tools/python/Lib/site-packages";

function parts(): LicenceParts {
  const registry = { source: "PyPI x 1", origin: "registry" } as const;
  return {
    app: { name: "MediaParser", version: "1.0.0" },
    components: [
      {
        id: "python",
        name: "CPython",
        version: "3.12.9",
        licence: "Python-2.0",
        ...registry,
      },
      {
        id: "ffmpeg",
        name: "FFmpeg",
        version: "7.1",
        licence: "GPL-3.0-or-later",
        ...registry,
      },
      {
        id: "wheel:flask",
        name: "flask",
        version: "3.1.2",
        licence: "BSD-3-Clause",
        ...registry,
      },
      {
        id: "wheel:python-magic-bin",
        name: "python-magic-bin",
        version: "0.4.14",
        licence: "MIT",
        ...registry,
      },
      {
        id: "launcher",
        name: "Launcher",
        version: "1.0.0",
        licence: "MIT",
        source: "here",
        origin: "local",
      },
    ],
    findings: {
      libraries: new Map([
        ["wheel:python-magic-bin", [{
          name: "libmagic",
          licence: "BSD-2-Clause",
          foundIn: "libmagic.dll",
        }]],
        ["launcher", [{
          name: "V8",
          version: "14.7",
          licence: "BSD-3-Clause",
          foundIn: "MediaParser-launcher.exe",
        }]],
      ]),
    },
    packages: [{
      name: "@std/path",
      version: "1.1.6",
      registry: "jsr",
      licence: "MIT",
    }],
    entries: [
      memoryEntry("tools/python/LICENSE.txt", "python", "PSF"),
      memoryEntry(
        `${site}/flask-3.1.2.dist-info/licenses/LICENSE.txt`,
        "wheel:flask",
        "flask's own",
      ),
      memoryEntry(`${site}/flask/licence_tool.py`, "wheel:flask", ""),
      memoryEntry(
        `${site}/python_magic_bin-0.4.14.dist-info/METADATA`,
        "wheel:python-magic-bin",
        "",
      ),
    ],
  };
}

const texts = new Map([
  [
    "MIT",
    "MIT License\n\nCopyright (c) <year> <copyright holders>\n\nPermission",
  ],
  ["GPL-3.0-or-later", "GNU GENERAL PUBLIC LICENSE"],
  [
    "BSD-2-Clause",
    "Copyright (c) <year> <owner>. All rights reserved.\n\nRedistribution",
  ],
  [
    "BSD-3-Clause",
    "Copyright (c) <year> <owner>. All rights reserved.\n\nRedistribution",
  ],
]);

Deno.test("neededLicenceTexts() asks for what no component brings", () => {
  assertEquals(neededLicenceTexts(parts()), [
    "BSD-2-Clause",
    "BSD-3-Clause",
    "GPL-3.0-or-later",
    "MIT",
  ]);
});

Deno.test("collectLicences() copies a component's own texts, and makes the others", () => {
  const { entries, problems } = collectLicences(parts(), texts);
  assertEquals(problems, []);
  assertEquals(entries.map((entry) => entry.path), [
    "LICENSES/V8-14.7/BSD-3-Clause.txt",
    "LICENSES/ffmpeg-7.1/GPL-3.0-or-later.txt",
    "LICENSES/flask-3.1.2/LICENSE.txt",
    "LICENSES/libmagic/BSD-2-Clause.txt",
    "LICENSES/python-3.12.9/LICENSE.txt",
    "LICENSES/python-magic-bin-0.4.14/MIT.txt",
    "LICENSES/std-path-1.1.6/MIT.txt",
    "THIRD-PARTY-NOTICES.txt",
  ]);
  const own = entries.find((entry) => entry.path.includes("flask"))!;
  assertEquals(own.sha256, memoryEntry("", "", "flask's own").sha256);
  const magic = entries.find((entry) => entry.path.includes("magic-bin"))!;
  assert(magic.content.kind === "memory");
  assertStringIncludes(
    new TextDecoder().decode(magic.content.bytes),
    "Copyright (c) 2001-2014 Adam Hupp\n\nPermission",
  );
});

Deno.test("collectLicences() lists every part in the notices, with its licence and text", () => {
  const { entries } = collectLicences(parts(), texts);
  const notices = entries.at(-1)!;
  assert(notices.content.kind === "memory");
  const text = new TextDecoder().decode(notices.content.bytes);
  for (
    const words of [
      "CPython 3.12.9",
      "FFmpeg 7.1",
      "GPL-3.0-or-later",
      "ffmpeg.org/releases",
      "Holds libmagic",
      "V8 14.7",
      "@std/path 1.1.6",
      "LICENSES/flask-3.1.2/LICENSE.txt",
    ]
  ) {
    assertStringIncludes(text, words);
  }
});

Deno.test("collectLicences() names a text that is missing and a licence that nothing tells", () => {
  assertEquals(
    collectLicences(parts(), new Map()).problems.map((problem) => problem.path)
      .slice(0, 1),
    ["LICENSES/ffmpeg-7.1/GPL-3.0-or-later.txt"],
  );
  const unknown = parts();
  const components = [{
    ...unknown.components[2]!,
    id: "wheel:odd",
    name: "odd",
    licence: "LicenseRef-odd",
  }];
  assertEquals(collectLicences({ ...unknown, components }, texts).problems, [{
    path: "odd",
    reason: "nothing tells its licence",
  }]);
});

Deno.test("licenceIds() reads expressions", () => {
  assertEquals(
    licenceIds(
      "(MIT AND BSD-3-Clause) OR GPL-3.0-or-later WITH GCC-exception-3.1 OR LicenseRef-x",
    ),
    ["MIT", "BSD-3-Clause", "GPL-3.0-or-later"],
  );
});

Deno.test("withCopyright() fills the place that SPDX's text leaves, without reading the line as a pattern", () => {
  assertEquals(
    withCopyright(
      "A\nCopyright (c) <year> <owner>. All rights reserved.\nB",
      "$& 1",
    ),
    "A\n$& 1\nB",
  );
  assertEquals(withCopyright("GPL", "C"), "C\n\nGPL");
  assertEquals(withCopyright("GPL", ""), "GPL");
});

Deno.test("collectLicences() names the authors where no copyright line is known", () => {
  const given = parts();
  const components = [{
    ...given.components[2]!,
    id: "wheel:plain",
    name: "plain",
    version: "1",
    licence: "MIT",
  }];
  const { entries } = collectLicences(
    { ...given, components, entries: [] },
    texts,
  );
  const made = entries.find((entry) =>
    entry.path === "LICENSES/plain-1/MIT.txt"
  )!;
  assert(made.content.kind === "memory");
  assertStringIncludes(
    new TextDecoder().decode(made.content.bytes),
    "Copyright (c) the authors of plain\n",
  );
});
