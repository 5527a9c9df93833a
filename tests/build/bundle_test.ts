/**
 * Looks into a real bundle of the sample app.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { basename, dirname, fromFileUrl, join } from "@std/path";
import { findPython } from "../../build/sources/pypi.ts";
import { sha256OfFileSync } from "../../build/digest.ts";
import { builtBundle, testCache } from "../built_bundle.ts";

const repository = fromFileUrl(new URL("../../", import.meta.url));

/** What Python's own `zipfile` says of the bundle. */
interface Told {
  bad: string | null;
  names: string[];
  methods: number[];
  texts: Record<string, string>;
  holding: string[];
}

/** Asks Python; `sought` is looked for in every file. */
async function askPython(zip: string, sought: string[]): Promise<Told> {
  const script = `
import json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
sought = [text.encode() for text in json.loads(sys.argv[2])]
wide = [text.decode().encode("utf-16-le") for text in sought]
infos = archive.infolist()
texts = {}
holding = []
for info in infos:
    data = archive.read(info)
    if any(text in data for text in sought + wide):
        holding.append(info.filename)
    if info.filename.endswith(("._pth", "mediaparser.pth", ".bat", "README.txt", "METADATA")):
        texts[info.filename] = data.decode("utf-8")
print(json.dumps({"bad": archive.testzip(), "names": [i.filename for i in infos],
    "methods": sorted({i.compress_type for i in infos}), "texts": texts, "holding": holding}))`;
  const [command, ...args] = await findPython();
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args, "-c", script, zip, JSON.stringify(sought)],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("the bundle of the sample app", async (test) => {
  const zip = await builtBundle();
  // Folders of this machine that nothing in the bundle may name.
  const folders = [repository.replace(/[\\/]$/, ""), testCache()];
  const told = await askPython(zip, folders);
  const paths = told.names.map((name) => name.replace(/^MediaParser\//, ""));
  const has = (path: string): boolean => paths.includes(path);
  const packages = "tools/python/Lib/site-packages/";

  await test.step("is whole, and all in one folder", () => {
    assertEquals(told.bad, null);
    assert(told.names.every((name) => name.startsWith("MediaParser/")));
  });

  await test.step("holds stored and deflated files only", () => {
    assertEquals(told.methods.filter((method) => method !== 0), [8]);
  });

  await test.step("holds every part at its place", () => {
    const parts = [
      "MediaParser.bat",
      "MediaParser-launcher.exe",
      "README.txt",
      "manifest.json",
      "sbom.cdx.json",
      ".env.example",
      "run.py",
      "run_worker.py",
      "config.py",
      "huey_config.py",
      "alembic.ini",
      "alembic/env.py",
      "app/__init__.py",
      "tools/ffmpeg/ffmpeg.exe",
      "tools/exiftool/exiftool.exe",
      "tools/exiftool/exiftool_files/exiftool.pl",
      "tools/python/python.exe",
      "tools/python/python312.dll",
      "tools/python/python312._pth",
      "tools/python/python312/encodings/__init__.pyc",
      `${packages}mediaparser.pth`,
      `${packages}mediaparser_portable/process_check.py`,
      `${packages}flask/__init__.py`,
      `${packages}numpy/__init__.py`,
    ];
    assertEquals(parts.filter((part) => !has(part)), []);
    assert(paths.some((path) => path.startsWith("LICENSES/")));
    assertEquals(
      paths.filter((path) => path.startsWith("tools/ffmpeg/")),
      ["tools/ffmpeg/ffmpeg.exe"],
    );
    assertEquals(has("tools/python/python312.zip"), false);
  });

  await test.step("holds no secrets, data, tests or developers' tools", () => {
    const unwanted = paths.filter((path) =>
      /(?:^|\/)\.env$|^(?:instance|storage|logs|tests|\.git)\/|^Dockerfile|(?:^|\/)__pycache__\/|(?:^|\/)Scripts\//
        .test(path) ||
      path.startsWith(`${packages}pytest/`)
    );
    assertEquals(unwanted, []);
    const distributions = paths.flatMap((path) =>
      path.match(/([^/]+)\.dist-info\/METADATA$/)?.[1]?.toLowerCase() ?? []
    );
    assertEquals(
      distributions.filter((name) =>
        /^(?:pytest|pip|python_magic-)/.test(name)
      ),
      [],
    );
    assert(distributions.some((name) => name.startsWith("python_magic_bin-")));
  });

  await test.step("names no folder of the machine that built it", () => {
    assertEquals(told.holding, []);
  });

  await test.step("lets Python find its library, its packages and the app", () => {
    assertEquals(
      told.texts["MediaParser/tools/python/python312._pth"]!.split("\r\n"),
      ["python312", ".", "Lib\\site-packages", "import site", ""],
    );
    assertEquals(
      told.texts[`MediaParser/${packages}mediaparser.pth`],
      "../../../..\nimport mediaparser_portable.process_check\n",
    );
  });

  await test.step("has Windows' line ends in what Windows reads", () => {
    for (const name of ["MediaParser.bat", "README.txt"]) {
      const text = told.texts[`MediaParser/${name}`]!;
      assertEquals(
        text.match(/\r\n/g)?.length,
        text.match(/\n/g)?.length,
        name,
      );
    }
    assert(!told.texts["MediaParser/README.txt"]!.includes("{version}"));
  });

  await test.step("lies beside its hash", () => {
    const sums = Deno.readTextFileSync(
      join(dirname(zip), "..", "SHA256SUMS"),
    );
    assert(sums.includes(`${sha256OfFileSync(zip)}  ${basename(zip)}`));
  });

  await test.step("passes unzip's own test", async (step) => {
    try {
      const { code } = await new Deno.Command("unzip", {
        args: ["-tqq", zip],
      }).output();
      assertEquals(code, 0);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      await step.step({ name: "unzip is not here", ignore: true, fn() {} });
    }
  });
});
