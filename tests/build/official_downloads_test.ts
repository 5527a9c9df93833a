/**
 * The projects' own downloads cannot be had everywhere, so what they hold is
 * laid out here as they lay it out, served by this computer, and built from: the
 * bundle must be the same as from the registries' copies.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { copy } from "@std/fs/copy";
import { fromFileUrl, join } from "@std/path";
import { deflateRawSync } from "node:zlib";
import { writeArchive } from "../../build/archive.ts";
import { type IndexedMember, indexZip } from "../../build/archive_index.ts";
import { Archives } from "../../build/archives.ts";
import type { Entry } from "../../build/bundle.ts";
import { Cache } from "../../build/cache.ts";
import type { HttpSource } from "../../build/components.ts";
import components from "../../build/components.json" with { type: "json" };
import { memoryEntry, readContentSync } from "../../build/content.ts";
import { sha256OfFileSync } from "../../build/digest.ts";
import { Downloads } from "../../build/downloads.ts";
import { archivedEntry } from "../../build/entry.ts";
import { obtainRuntime } from "../../build/launcher.ts";
import { makeReporter } from "../../build/progress.ts";
import { WorkerPool } from "../../build/worker_pool.ts";
import { parseManifest } from "../../launcher/manifest.ts";
import { builtBundle, testCache } from "../built_bundle.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

const repository = fromFileUrl(new URL("../../", import.meta.url));

/** What one of them is made of: entries, by their name in the download. */
type Layout = (name: string, entries: readonly Entry[]) => string;

/** Entries of the bundle below a folder, named as below another one. */
function below(
  bundle: readonly Entry[],
  folder: string,
  target: string,
): Entry[] {
  return bundle.filter(({ path }) => path.startsWith(folder))
    .map((entry) => ({
      ...entry,
      path: target + entry.path.slice(folder.length),
    }));
}

/** Python as python.org packs it: its library is a zip in the zip. */
function python(bundle: readonly Entry[], write: Layout): string {
  const library = write(
    "python312.zip",
    below(bundle, "MediaParser/tools/python/python312/", ""),
  );
  const programs = below(bundle, "MediaParser/tools/python/", "")
    .filter(({ path }) =>
      !path.includes("/") && !/^(?:msvcp140\.dll|.*\._pth)$/.test(path)
    );
  return write("python.zip", [
    ...programs,
    memoryEntry("python312._pth", "", "python312.zip\r\n.\r\n#import site\r\n"),
    memoryEntry("python312.zip", "", Deno.readFileSync(library)),
  ]);
}

/** The official essentials build holds two more programs. */
function ffmpeg(bundle: readonly Entry[], write: Layout): string {
  const top = "ffmpeg-7.1-essentials_build/";
  return write("ffmpeg.zip", [
    ...below(bundle, "MediaParser/tools/ffmpeg/", `${top}bin/`),
    memoryEntry(`${top}bin/ffplay.exe`, "", "MZ"),
    memoryEntry(`${top}bin/ffprobe.exe`, "", "MZ"),
    memoryEntry(`${top}LICENSE`, "", "GPL"),
  ]);
}

/** Its program waits for a key, by its name. */
function exiftool(bundle: readonly Entry[], write: Layout): string {
  const top = "exiftool-13.59_64/";
  const entries = below(bundle, "MediaParser/tools/exiftool/", top)
    .map((entry) =>
      entry.path === `${top}exiftool.exe`
        ? { ...entry, path: `${top}exiftool(-k).exe` }
        : entry
    );
  return write("exiftool.zip", [
    ...entries,
    memoryEntry(`${top}README.txt`, "", "Read me"),
  ]);
}

/** The runtime alone, deflated. */
async function denort(write: Layout): Promise<string> {
  using cache = new Cache(testCache());
  using pool = new WorkerPool(1);
  const archives = new Archives(cache, pool);
  const reporter = makeReporter();
  const downloads = new Downloads({ archives, reporter, offline: false });
  const { runtime } = await obtainRuntime(
    "x86_64-pc-windows-msvc",
    downloads,
    archives,
  );
  return write("denort.zip", [
    memoryEntry("denort.exe", "", Deno.readFileSync(runtime.path)),
  ]);
}

/** The bundle's entries, with its top folder. */
async function entriesOf(bundle: string): Promise<Entry[]> {
  const members: IndexedMember[] = await indexZip(bundle);
  const archive = {
    path: bundle,
    members: new Map(members.map((member) => [member.path, member])),
  };
  return members.map((member) =>
    archivedEntry(archive, member, member.path, "")
  );
}

function manifestOf(entries: readonly Entry[]) {
  const entry = entries.find(({ path }) =>
    path === "MediaParser/manifest.json"
  )!;
  return parseManifest(new TextDecoder().decode(readContentSync(entry)));
}

/** This repository, as far as a build needs it, with other pins. */
async function checkout(
  folder: TemporaryFolder,
  sources: Record<string, Pick<HttpSource, "url" | "sha256" | "version">>,
): Promise<string> {
  const root = folder.at("checkout");
  const folders = [
    "build",
    "launcher",
    "vendor",
    "tests/sample-app",
  ];
  for (const name of folders) {
    Deno.mkdirSync(join(root, name, ".."), { recursive: true });
    await copy(join(repository, name), join(root, name));
  }
  for (const name of ["deno.json", "MediaParser.bat", "LICENSE"]) {
    await copy(join(repository, name), join(root, name));
  }
  const changed = structuredClone(components);
  for (const [id, source] of Object.entries(sources)) {
    const [first] = changed.components[id as keyof typeof sources & "python"]
      .sources;
    Object.assign(first!, source);
  }
  await Deno.writeTextFile(
    join(root, "build", "components.json"),
    JSON.stringify(changed),
  );
  return root;
}

Deno.test("a build from the projects' own downloads gives the files that the registries' copies give", async () => {
  using folder = new TemporaryFolder();
  const bundle = await entriesOf(await builtBundle());
  const write: Layout = (name, entries) => {
    const path = folder.at(name);
    writeArchive(path, entries, {
      compress: (entry) => ({
        method: 8,
        bytes: deflateRawSync(readContentSync(entry), { level: 1 }),
      }),
    });
    return path;
  };
  const files: Record<string, string> = {
    python: python(bundle, write),
    ffmpeg: ffmpeg(bundle, write),
    exiftool: exiftool(bundle, write),
    denort: await denort(write),
  };
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => {
      const path = files[new URL(request.url).pathname.slice(1)];
      return path === undefined
        ? new Response(null, { status: 404 })
        : new Response(Deno.readFileSync(path));
    },
  );
  try {
    const { components: before, files: shipped } = manifestOf(bundle);
    const sources = Object.fromEntries(
      Object.entries(files).map(([id, path]) => [id, {
        url: `http://127.0.0.1:${server.addr.port}/${id}`,
        sha256: sha256OfFileSync(path),
        version: before.find((component) => component.id === id)!.version,
      }]),
    );
    const root = await checkout(folder, sources);
    for (const name of ["wheels", "licence-texts"]) {
      const target = folder.at("cache", "downloads", name);
      Deno.mkdirSync(join(target, ".."), { recursive: true });
      await copy(join(testCache(), "downloads", name), target);
    }
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        // deno-fmt-ignore
        args: ["run", "--quiet", "--lock=vendor/deno.lock", "-A", "build/main.ts",
          "--cache", folder.at("cache"), "--out", folder.at("out")],
        cwd: root,
        env: { DENO_TLS_CA_STORE: "mozilla,system" },
        stdin: "null",
      },
    ).output();
    assertEquals(success, true, new TextDecoder().decode(stderr));
    const zip = new TextDecoder().decode(stdout).trim();
    const after = manifestOf(await entriesOf(zip));
    for (const [id, { url, sha256 }] of Object.entries(sources)) {
      const component = after.components.find((each) => each.id === id)!;
      assertEquals(component.source, url);
      assertEquals(component.origin, "official");
      assertEquals(component.sha256, sha256);
    }
    // Only the papers tell the sources.
    const differing = (one: typeof shipped, other: typeof shipped) => {
      const hashes = new Map(other.map(({ path, sha256 }) => [path, sha256]));
      return one.filter(({ path, sha256 }) => hashes.get(path) !== sha256)
        .map(({ path }) => path);
    };
    const papers = ["THIRD-PARTY-NOTICES.txt", "sbom.cdx.json"];
    assertEquals(differing(after.files, shipped), papers);
    assertEquals(differing(shipped, after.files), papers);
  } finally {
    await server.shutdown();
  }
});
