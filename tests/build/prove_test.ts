import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Entry } from "../../build/bundle.ts";
import type { ReadEntry } from "../../build/bundle_checks.ts";
import { memoryEntry } from "../../build/content.ts";
import { parseManifest } from "../../build/manifest.ts";
import { type BundleFacts, prove } from "../../build/prove.ts";
import { UsedResults } from "../../build/result_cache.ts";
import { findPython } from "../../build/sources/pypi.ts";
import { makePortableExecutable } from "./portable_executable_maker.ts";

const site = "tools/python/Lib/site-packages";
const sha = (digit: string): string => digit.repeat(64);
const [python] = await findPython();

const read: ReadEntry = (entry) => {
  assert(entry.content.kind === "memory");
  return Promise.resolve(entry.content.bytes);
};

const dll = (path: string, component: string, ...imports: string[]): Entry =>
  memoryEntry(path, component, makePortableExecutable({ imports }));

/** The library that greenlet needs, as a repaired wheel carries it. */
function carriedRuntime(): Entry {
  const entry = dll("", "wheel:numpy", "KERNEL32.dll");
  return {
    ...entry,
    path: `${site}/numpy.libs/msvcp140-${entry.sha256.slice(0, 32)}.dll`,
  };
}

function goodEntries(): Entry[] {
  const wheel = (name: string, version: string): Entry[] => [
    memoryEntry(`${site}/${name}/__init__.py`, `wheel:${name}`, ""),
    memoryEntry(
      `${site}/${name}-${version}.dist-info/METADATA`,
      `wheel:${name}`,
      `Name: ${name}\nVersion: ${version}\nLicense-Expression: MIT\n\ntext`,
    ),
    memoryEntry(
      `${site}/${name}-${version}.dist-info/licenses/LICENSE`,
      `wheel:${name}`,
      "MIT License",
    ),
  ];
  return [
    memoryEntry(
      "run.py",
      "app",
      "import os, flask\nfrom app import create_app\n",
    ),
    memoryEntry("app/__init__.py", "app", "import numpy\nfrom . import jobs\n"),
    memoryEntry("app/jobs.py", "app", ""),
    dll("MediaParser-launcher.exe", "launcher", "KERNEL32.dll"),
    memoryEntry("tools/python/LICENSE.txt", "python", "PSF"),
    memoryEntry("tools/python/python312/os.pyc", "python", ""),
    dll(
      "tools/python/python312.dll",
      "python",
      "KERNEL32.dll",
      "VCRUNTIME140.dll",
    ),
    dll("tools/python/vcruntime140.dll", "python", "KERNEL32.dll"),
    dll(
      `${site}/greenlet/_greenlet.cp312-win_amd64.pyd`,
      "wheel:numpy",
      "python312.dll",
      "MSVCP140.dll",
    ),
    carriedRuntime(),
    ...wheel("flask", "3.1.2"),
    ...wheel("numpy", "2.4.2"),
  ];
}

function facts(): BundleFacts {
  const wheels = [
    { name: "flask", version: "3.1.2", sha256: sha("1") },
    { name: "numpy", version: "2.4.2", sha256: sha("2") },
  ];
  return {
    app: { name: "MediaParser", version: "1.0.0" },
    alembic: { head: "a", revisions: ["a"] },
    epoch: 1_700_000_000,
    components: [
      {
        id: "python",
        name: "CPython",
        version: "3.12.9",
        source: "PyPI x 1",
        origin: "registry",
        sha256: sha("3"),
        licence: "Python-2.0",
      },
      {
        id: "denort",
        name: "Deno",
        version: "2.7.11",
        source: "npm x 1",
        origin: "registry",
        sha256: sha("4"),
        licence: "MIT",
      },
    ],
    wheels,
    locked: wheels,
    packages: [{
      name: "@std/path",
      version: "1.1.6",
      registry: "jsr",
      licence: "MIT",
    }],
    folders: { build: ["/srv/somebody/checkout"], machine: ["/home/somebody"] },
  };
}

const run = (
  entries: Entry[],
  changed: Partial<BundleFacts> = {},
  cache = new UsedResults(undefined),
) =>
  prove(entries, { ...facts(), ...changed }, {
    read,
    cache,
    python,
    licenceTexts: (ids) =>
      Promise.resolve(new Map(ids.map((id) => [id, `text of ${id}`]))),
  });

Deno.test("prove() adds papers that list and hash every file, and finds no fault in a good bundle", async () => {
  const { entries, manifest, problems } = await run(goodEntries());
  assertEquals(problems, []);
  const written = entries.find((entry) => entry.path === "manifest.json")!;
  assertEquals(
    parseManifest(new TextDecoder().decode(await read(written))),
    manifest,
  );
  assertEquals(
    manifest.files.map(({ path, sha256 }) => `${path} ${sha256}`),
    entries.filter((entry) => entry !== written).map(({ path, sha256 }) =>
      `${path} ${sha256}`
    ).sort(),
  );
  for (
    const path of [
      "sbom.cdx.json",
      "THIRD-PARTY-NOTICES.txt",
      "LICENSES/flask-3.1.2/LICENSE",
      "LICENSES/denort-2.7.11/MIT.txt",
    ]
  ) {
    assert(entries.some((entry) => entry.path === path), path);
  }
  assertEquals(manifest.preload, ["flask", "numpy"]);
});

Deno.test("prove() brings msvcp140.dll where a module needs it, and says where it is from", async () => {
  const { entries, manifest } = await run(goodEntries());
  const added = entries.find((entry) =>
    entry.path === "tools/python/msvcp140.dll"
  )!;
  assertEquals(added.sha256, carriedRuntime().sha256);
  const component = manifest.components.find((each) =>
    each.id === "vc-runtime"
  )!;
  assertStringIncludes(component.source, "numpy.libs/msvcp140-");
});

Deno.test("prove() gives the same papers whatever the order of the entries", async () => {
  const papers = async (entries: Entry[]): Promise<string[]> => {
    const made = await run(entries);
    return ["manifest.json", "sbom.cdx.json", "THIRD-PARTY-NOTICES.txt"].map((
      path,
    ) => made.entries.find((entry) => entry.path === path)!.sha256);
  };
  assertEquals(
    await papers(goodEntries().reverse()),
    await papers(goodEntries()),
  );
});

Deno.test("prove() reads nothing again that an earlier build read, but for the small texts", async () => {
  const first = new UsedResults(undefined);
  const before = await run(goodEntries(), {}, first);
  let reads = 0;
  const again = await prove(goodEntries(), facts(), {
    read: (entry) => {
      if (/\.(?:dll|pyd|exe|pyc?)$/.test(entry.path)) reads++;
      return read(entry);
    },
    cache: new UsedResults(JSON.parse(JSON.stringify(first))),
    // It would fail if it were started.
    python: "no-such-python",
    licenceTexts: (ids) =>
      Promise.resolve(new Map(ids.map((id) => [id, `text of ${id}`]))),
  });
  assertEquals(again.manifest, before.manifest);
  // The added runtime's version is read from the file itself.
  assertEquals(reads, 1);
});

Deno.test("prove() names what is wrong with a bundle, each by its path and reason", async () => {
  const pythonWheels = ["python-magic", "python-magic-bin"].map((name) => ({
    name,
    version: "0.4",
    sha256: sha("5"),
  }));
  const cases: [Entry[], Partial<BundleFacts>, string, string][] = [
    [[memoryEntry("app/jobs.py", "app", "")], {}, "app/jobs.py", "twice"],
    [
      [memoryEntry("App/Jobs.py", "app", "")],
      {},
      "app/jobs.py",
      "same file as 'App/Jobs.py'",
    ],
    [[memoryEntry("app/aux.py", "app", "")], {}, "app/aux.py", "AUX"],
    [
      [memoryEntry(`app/${"a".repeat(150)}.py`, "app", "")],
      {},
      `app/${"a".repeat(150)}.py`,
      "characters",
    ],
    [
      [memoryEntry("app/x.py", "app", "# /home/somebody/x")],
      {},
      "app/x.py",
      "/home/somebody",
    ],
    [
      [memoryEntry("app/x.py", "app", "import requests")],
      {},
      "app/x.py",
      "'requests'",
    ],
    [
      [dll("tools/python/x.pyd", "python", "absent.dll")],
      {},
      "tools/python/x.pyd",
      "absent.dll",
    ],
    [
      [memoryEntry(
        "tools/x.exe",
        "python",
        makePortableExecutable({ machine: 0x14c }),
      )],
      {},
      "tools/x.exe",
      "x86",
    ],
    [
      [memoryEntry(`${site}/stray-1.dist-info/METADATA`, "app", "")],
      {},
      `${site}/stray-1.dist-info/METADATA`,
      "no wheel",
    ],
    [
      [],
      { locked: facts().wheels.slice(1) },
      "flask 3.1.2",
      "not in build/requirements.lock",
    ],
    [
      [],
      {
        wheels: [...facts().wheels, ...pythonWheels],
        locked: [...facts().wheels, ...pythonWheels],
      },
      "python-magic",
      "python-magic-bin",
    ],
  ];
  for (const [more, changed, path, words] of cases) {
    const { problems } = await run([...goodEntries(), ...more], changed);
    const found = problems.filter((problem) =>
      problem.path === path && problem.reason.includes(words)
    );
    assertEquals(found.length, 1, `${path}: ${JSON.stringify(problems)}`);
  }
});
