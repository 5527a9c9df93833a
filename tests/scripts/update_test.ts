import { assertEquals, assertRejects } from "@std/assert";
import {
  configure,
  TextReader,
  Uint8ArrayWriter,
  ZipWriter,
} from "@zip-js/zip-js";
import { sha256Of } from "../../build/digest.ts";
import { UserError } from "../../launcher/user_error.ts";
import { Unreachable } from "../../scripts/look_up.ts";
import { updateOfficial, watches } from "../../scripts/update.ts";
import {
  atVersion,
  checksumIn,
  compareVersions,
  newestOn,
  pinnedPackages,
  type PinnedSource,
  wheelChanges,
} from "../../scripts/update_plan.ts";

configure({ useWebWorkers: false });

Deno.test("compareVersions() orders by number, not by letter", () => {
  const versions = ["3.12.10", "3.12", "3.12.9", "13.59", "7.1"];
  assertEquals(versions.sort(compareVersions), [
    "3.12",
    "3.12.9",
    "3.12.10",
    "7.1",
    "13.59",
  ]);
  assertEquals(compareVersions("1.2", "1.2"), 0);
});

Deno.test("newestOn() takes the newest version of the line that counts", () => {
  const page =
    "python-3.12.9-embed-amd64.zip python-3.13.1-embed-amd64.zip python-3.12.10-embed-amd64.zip python-3.12.11-embed-win32.zip";
  assertEquals(newestOn(page, watches.python!), "3.12.10");
  assertEquals(newestOn("nothing", watches.python!), undefined);
});

Deno.test("checksumIn() reads lists of several kinds, for the whole name alone", () => {
  const hash = "AB".repeat(32);
  const lower = hash.toLowerCase();
  assertEquals(checksumIn(`${hash}\n`, "a.zip"), lower);
  assertEquals(
    checksumIn(`${"0".repeat(64)}  ba.zip\n${hash} *a.zip`, "a.zip"),
    lower,
  );
  assertEquals(checksumIn(`SHA2-256(a.zip)= ${hash}`, "a.zip"), lower);
  assertEquals(checksumIn(`${hash}  C:\\build\\a.zip`, "a.zip"), lower);
  assertEquals(checksumIn(`${hash}  ba.zip`, "a.zip"), undefined);
});

Deno.test("checksumIn() reads what PowerShell prints of a file, for that file and algorithm alone", () => {
  const hash = "AB".repeat(32);
  const printed =
    `\r\nAlgorithm : SHA256\r\nHash      : ${hash}\r\nPath      : C:\\a\\my deno\\target\\a.zip\r\n\r\n`;
  assertEquals(checksumIn(printed, "a.zip"), hash.toLowerCase());
  assertEquals(checksumIn(`\uFEFF${printed}`, "a.zip"), hash.toLowerCase());
  assertEquals(checksumIn(printed, "b.zip"), undefined);
  assertEquals(checksumIn(printed, "zip"), undefined);
  assertEquals(
    checksumIn(printed.replace("SHA256", "SHA512"), "a.zip"),
    undefined,
  );
});

Deno.test("pinnedPackages() reads exact versions of both registries, and nothing else", () => {
  assertEquals(
    pinnedPackages([
      "jsr:@std/path@1.1.6",
      "npm:@zip.js/zip.js@2.8.7",
      "npm:/libdeflate@0.1.0/dist/x.js",
      "npm:tar-stream@^3",
      "./local.ts",
    ]),
    [
      { registry: "jsr", name: "@std/path", version: "1.1.6" },
      { registry: "npm", name: "@zip.js/zip.js", version: "2.8.7" },
      { registry: "npm", name: "libdeflate", version: "0.1.0" },
    ],
  );
});

Deno.test("wheelChanges() names what changes, comes and goes", () => {
  const before = [{ name: "a", version: "1" }, { name: "b", version: "1" }, {
    name: "c",
    version: "1",
  }];
  const after = [{ name: "a", version: "1" }, { name: "b", version: "2" }, {
    name: "d",
    version: "3",
  }];
  assertEquals(wheelChanges(before, after), [
    "b 1 -> 2",
    "d (new) -> 3",
    "c 1 -> (gone)",
  ]);
});

/** A zip with one file. */
async function zipOf(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new ZipWriter(new Uint8ArrayWriter());
  await writer.add(name, new TextReader("program"));
  return new Uint8Array(await writer.close());
}

/** A project's web site, on a free port, and a source pinned to its version 1.0. */
async function site(
  pages: (source: PinnedSource) => Promise<Record<string, BodyInit>>,
) {
  let answers: Record<string, BodyInit> = {};
  const server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen: () => {},
  }, (request) => {
    const answer = answers[new URL(request.url).pathname];
    return answer === undefined
      ? new Response("no", { status: 404 })
      : new Response(answer);
  });
  const base = `http://127.0.0.1:${server.addr.port}`;
  const source: PinnedSource = {
    kind: "http",
    version: "1.0",
    url: `${base}/tool-1.0.zip`,
    file: "tool-1.0.zip",
    sha256: "0".repeat(64),
    root: "tool-1.0/",
    program: "tool.exe",
    programSha256: "1".repeat(64),
  };
  answers = await pages(source);
  const folder = await Deno.makeTempDir({ prefix: "update" });
  return {
    source,
    folder,
    watch: {
      page: `${base}/versions`,
      pattern: /v(\d+\.\d+)/,
      checksums: "{url}.sha256",
    },
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("updateOfficial() pins a newer version after checking it against the published hash", async () => {
  const zip = await zipOf("tool-1.10/tool.exe");
  const hash = sha256Of(zip);
  await using made = await site(() =>
    Promise.resolve({
      "/versions": "v1.0 v1.10 v1.9",
      "/tool-1.10.zip": zip,
      "/tool-1.10.zip.sha256": `${hash}  tool-1.10.zip`,
    })
  );
  const listed = await updateOfficial([made.source], made.watch, undefined);
  assertEquals(listed, {
    sources: [made.source],
    said: "1.10 is out, pinned is 1.0",
  });
  const { sources, said } = await updateOfficial(
    [made.source],
    made.watch,
    made.folder,
  );
  assertEquals(said, "1.10 is out, pinned is 1.0: rewritten");
  assertEquals(sources, [{ ...atVersion(made.source, "1.10"), sha256: hash }]);
  assertEquals(
    [sources[0]!.file, sources[0]!.root, sources[0]!.programSha256],
    ["tool-1.10.zip", "tool-1.10/", undefined],
  );
});

Deno.test("updateOfficial() refuses a download that is not the published one", async () => {
  const zip = await zipOf("tool-2.0/tool.exe");
  await using made = await site(() =>
    Promise.resolve({
      "/versions": "v2.0",
      "/tool-2.0.zip": zip,
      "/tool-2.0.zip.sha256": "f".repeat(64),
    })
  );
  await assertRejects(
    () => updateOfficial([made.source], made.watch, made.folder),
    UserError,
    "publishes ffff",
  );
});

Deno.test("updateOfficial() refuses a download of another layout", async () => {
  const zip = await zipOf("elsewhere/tool.exe");
  await using made = await site(() =>
    Promise.resolve({
      "/versions": "v2.0",
      "/tool-2.0.zip": zip,
      "/tool-2.0.zip.sha256": sha256Of(zip),
    })
  );
  await assertRejects(
    () => updateOfficial([made.source], made.watch, made.folder),
    UserError,
    "tool-2.0/tool.exe",
  );
});

Deno.test("updateOfficial() pins what has no hash yet at its own version, and leaves the newest alone", async () => {
  const zip = await zipOf("tool-1.0/tool.exe");
  await using made = await site(() =>
    Promise.resolve({
      "/versions": "v1.0",
      "/tool-1.0.zip": zip,
      "/tool-1.0.zip.sha256": sha256Of(zip),
    })
  );
  const { sources } = await updateOfficial(
    [{ ...made.source, sha256: null }],
    made.watch,
    made.folder,
  );
  assertEquals(sources[0]!.sha256, sha256Of(zip));
  assertEquals(await updateOfficial([made.source], made.watch, made.folder), {
    sources: [made.source],
    said: "1.0 is the newest of its line",
  });
});

Deno.test("updateOfficial() says which host gives no answer", async () => {
  await using made = await site(() => Promise.resolve({}));
  await assertRejects(
    () => updateOfficial([made.source], made.watch, undefined),
    Unreachable,
    "answers 404",
  );
  const nowhere = { ...made.watch, page: "http://127.0.0.1:1/versions" };
  await assertRejects(
    () => updateOfficial([made.source], nowhere, undefined),
    Unreachable,
    "cannot be reached",
  );
});
