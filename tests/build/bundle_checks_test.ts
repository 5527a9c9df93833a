import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { Entry } from "../../build/bundle.ts";
import {
  checkBuildPaths,
  checkExecutables,
  checkPaths,
  checkWheels,
  type Problem,
  type ReadEntry,
  refuseProblems,
  telltaleFolders,
} from "../../build/bundle_checks.ts";
import { memoryEntry } from "../../build/content.ts";
import { UserError } from "../../launcher/user_error.ts";
import { UsedResults } from "../../build/result_cache.ts";
import { makePortableExecutable } from "./portable_executable_maker.ts";

const site = "tools/python/Lib/site-packages";

const read: ReadEntry = (entry) => {
  assert(entry.content.kind === "memory");
  return Promise.resolve(entry.content.bytes);
};

/** An entry as if it were copied from a download. */
function downloaded(path: string, component: string, data: string): Entry {
  const entry = memoryEntry(path, component, data);
  return {
    ...entry,
    content: {
      kind: "archived",
      archive: data,
      offset: 0,
      compressedSize: 1,
      method: 0,
    },
  };
}

const readDownloaded: ReadEntry = (entry) =>
  Promise.resolve(
    entry.content.kind === "archived"
      ? new TextEncoder().encode(entry.content.archive)
      : (entry.content as { bytes: Uint8Array }).bytes,
  );

function assertProblem(problems: Problem[], path: string, words: string): void {
  assertEquals(problems.map((problem) => problem.path), [path]);
  assertStringIncludes(problems[0]!.reason, words);
}

const paths = (...list: string[]): { path: string }[] =>
  list.map((path) => ({ path }));

Deno.test("checkPaths() accepts names as Windows has them", () => {
  assertEquals(
    checkPaths(
      paths(
        "run.py",
        "app/run.py",
        "app/.hidden",
        "console.py",
        "a/COM.txt",
        "nul_.py",
        "ß.txt",
        "SS.txt",
      ),
    ),
    [],
  );
});

Deno.test("checkPaths() names an entry that is there twice", () => {
  assertProblem(
    checkPaths(paths("a/b.py", "c.py", "a/b.py")),
    "a/b.py",
    "twice",
  );
});

Deno.test("checkPaths() names entries that are one file on Windows", () => {
  assertProblem(
    checkPaths(paths("app/Ünit.py", "app/üNIT.py")),
    "app/üNIT.py",
    "'app/Ünit.py'",
  );
  assertProblem(
    checkPaths(paths("App/a.py", "app/A.py")),
    "app/A.py",
    "same file",
  );
});

Deno.test("checkPaths() names a file that is a folder as well", () => {
  assertProblem(checkPaths(paths("lib", "LIB/a.py")), "lib", "'LIB/a.py'");
});

Deno.test("checkPaths() names what Windows cannot have", () => {
  for (
    const [path, words] of [
      ["app/CON", "CON"],
      ["app/aux.py", "AUX"],
      ["nul.tar.gz", "NUL"],
      ["a/Com1 .txt", "COM1"],
      ["a/LPT¹", "LPT¹"],
      ["a/conin$", "CONIN$"],
      ["a/b.", "dot or space"],
      ["a /b", "dot or space"],
      ["a/b:c", '":"'],
      ["a\\b", '"\\\\"'],
      ["a/b\tc", "\\t"],
      ["a/what?", '"?"'],
      ["a//b", "empty"],
      ["/a", "empty"],
      ["a/../b", "'..'"],
    ] as const
  ) assertProblem(checkPaths(paths(path)), path, words);
});

Deno.test("checkPaths() counts the top folder into the longest path", () => {
  const longest = "a".repeat(150 - "MediaParser/".length);
  assertEquals(checkPaths(paths(longest)), []);
  assertProblem(
    checkPaths(paths(`${longest}b`)),
    `${longest}b`,
    "151 characters",
  );
});

Deno.test("checkWheels() names wheels that are not the lock's", () => {
  const sha256 = "a".repeat(64);
  const locked = [{ name: "pillow", version: "12.1.1", sha256 }];
  const wheel = { name: "pillow", version: "12.1.1", sha256 };
  assertEquals(checkWheels([], [wheel], locked), []);
  assertProblem(
    checkWheels([], [{ ...wheel, version: "12.1.0" }], locked),
    "pillow 12.1.0",
    "12.1.1",
  );
  assertProblem(
    checkWheels([], [{ ...wheel, sha256: "b".repeat(64) }], locked),
    "pillow 12.1.1",
    "no hash bbb",
  );
  assertProblem(
    checkWheels([], [{ ...wheel, name: "pytest" }], locked),
    "pytest 12.1.1",
    "not in build/requirements.lock",
  );
});

Deno.test("checkWheels() names a package that came from no wheel", () => {
  const stray = `${site}/Flask_Login-0.6.3.dist-info/METADATA`;
  assertProblem(
    checkWheels([{ path: stray, component: "app" }], [], []),
    stray,
    "no wheel",
  );
});

Deno.test("checkWheels() refuses python-magic beside python-magic-bin", () => {
  const sha256 = "a".repeat(64);
  const wheels = ["python-magic", "python-magic-bin"].map((name) => ({
    name,
    version: "0.4.14",
    sha256,
  }));

  assertProblem(checkWheels([], wheels, wheels), "python-magic", "'magic'");
  assertEquals(checkWheels([], wheels.slice(1), wheels), []);
});

const folders = {
  build: ["/srv/build box/checkout", "C:\\work\\MediaParser"],
  machine: ["/home/alice", "/tmp"],
};

Deno.test("checkBuildPaths() finds the machine's folders in each spelling", async () => {
  const wide = new Uint8Array(
    [...("/srv/build box/checkout/x")].flatMap((
      letter,
    ) => [letter.charCodeAt(0), 0]),
  );
  for (
    const [path, data] of [
      ["app/a.py", "x = '/home/alice/app'"],
      ["app/b.py", "C:/work/MediaParser/run.py"],
      ["app/c.json", String.raw`"C:\\work\\MediaParser"`],
      ["MediaParser-launcher.exe", wide],
    ] as const
  ) {
    const entry = memoryEntry(
      path,
      path.endsWith(".exe") ? "launcher" : "app",
      data,
    );
    assertProblem(
      await checkBuildPaths(
        [memoryEntry("app/ok.py", "app", "ok"), entry],
        folders,
        read,
      ),
      path,
      "it holds the path",
    );
  }
});

Deno.test("checkBuildPaths() searches what installers write, also in downloads", async () => {
  const text = "#!/srv/build box/checkout/bin/python";
  for (
    const path of [
      `${site}/x-1.dist-info/RECORD`,
      `${site}/x-1.dist-info/direct_url.json`,
      "tools/python/Scripts/flask.exe",
      `${site}/__pycache__/x.cpython-312.pyc`,
      `${site}/x.pth`,
    ]
  ) {
    assertProblem(
      await checkBuildPaths(
        [downloaded(path, "wheel:x", text)],
        folders,
        readDownloaded,
      ),
      path,
      "/srv/build box/checkout",
    );
  }
  assertEquals(
    await checkBuildPaths(
      [downloaded(`${site}/x.py`, "wheel:x", text)],
      folders,
      readDownloaded,
    ),
    [],
  );
});

Deno.test("checkBuildPaths() does not take folders of Deno's own builders for this machine's", async () => {
  const launcher = (text: string): Entry =>
    memoryEntry("MediaParser-launcher.exe", "launcher", text);
  assertEquals(
    await checkBuildPaths([launcher("/home/alice/.cargo")], folders, read),
    [],
  );
  assertEquals(
    (await checkBuildPaths(
      [launcher("C:\\work\\MediaParser\\launcher")],
      folders,
      read,
    )).length,
    1,
  );
});

Deno.test("checkBuildPaths() does not take a hosted runner's home in a wheel for this machine's", async () => {
  const text = "Arguments: ['/home/alice/venv/Scripts/delvewheel', 'repair']";
  const wheel = downloaded(
    `${site}/numpy-2.dist-info/DELVEWHEEL`,
    "wheel:numpy",
    text,
  );
  assertEquals(await checkBuildPaths([wheel], folders, readDownloaded), []);
  const made = memoryEntry(
    `${site}/numpy-2.dist-info/RECORD`,
    "wheel:numpy",
    text,
  );
  assertEquals((await checkBuildPaths([made], folders, read)).length, 1);
});

Deno.test("checkBuildPaths() asks its cache before it reads, and again for other folders", async () => {
  const entry = memoryEntry("app/a.py", "app", "x = '/home/alice/app'");
  const first = new UsedResults(undefined);
  const found = await checkBuildPaths([entry], folders, read, first);
  const never: ReadEntry = () => Promise.reject(new Error("read again"));
  assertEquals(
    await checkBuildPaths(
      [entry],
      folders,
      never,
      new UsedResults(first.toJSON()),
    ),
    found,
  );
  const other = { build: ["/srv/other/place"], machine: [] };
  assertEquals(await checkBuildPaths([entry], other, read, first), []);
});

Deno.test("telltaleFolders() drops folders that every machine has", () => {
  assertEquals(
    telltaleFolders([
      "/root",
      "/tmp/",
      "C:\\",
      "/home/alice",
      "/home/alice",
      "C:\\Users",
    ]),
    ["/home/alice", "C:\\Users"],
  );
});

const module = (
  path: string,
  imports: string[],
  component = "wheel:x",
): Entry => memoryEntry(path, component, makePortableExecutable({ imports }));

Deno.test("telltaleFolders() keeps the upmost of folders that lie in one another", () => {
  assertEquals(
    telltaleFolders(["/srv/a/b/dist", "/srv/a", "/srv/b", "/srv/a/b"]),
    ["/srv/a", "/srv/b"],
  );
});

Deno.test("checkExecutables() finds DLLs where Windows looks for them", async () => {
  const entries = [
    module("tools/python/python312.dll", [
      "KERNEL32.dll",
      "api-ms-win-crt-heap-l1-1-0.dll",
      "VCRUNTIME140.dll",
    ], "python"),
    module("tools/python/vcruntime140.dll", ["KERNEL32.dll"], "python"),
    module(`${site}/numpy/_core/_multiarray_umath.cp312-win_amd64.pyd`, [
      "python312.dll",
      "LIBOPENBLAS-0a.dll",
    ]),
    module(`${site}/numpy.libs/libopenblas-0a.dll`, ["KERNEL32.dll"]),
    module(
      "tools/exiftool/exiftool_files/perl532.dll",
      ["msvcrt.dll"],
      "exiftool",
    ),
    module("tools/exiftool/exiftool_files/lib/auto/Socket/Socket.xs.dll", [
      "perl532.dll",
    ], "exiftool"),
  ];
  assertEquals(await checkExecutables(entries, read), []);
});

Deno.test("checkExecutables() names a DLL that a fresh Windows lacks", async () => {
  for (
    const dll of [
      "MSVCP140.dll",
      "VCRUNTIME140_1.dll",
      "libother.dll",
      "python311.dll",
    ]
  ) {
    const path = `${site}/greenlet/_greenlet.cp312-win_amd64.pyd`;
    assertProblem(
      await checkExecutables([module(path, ["KERNEL32.dll", dll])], read),
      path,
      dll,
    );
  }
});

Deno.test("checkExecutables() does not look in another package's folder", async () => {
  const path = `${site}/scipy/x.cp312-win_amd64.pyd`;
  const entries = [
    module(path, ["libopenblas-0a.dll"]),
    module(`${site}/numpy.libs/libopenblas-0a.dll`, []),
  ];
  assertProblem(
    await checkExecutables(entries, read),
    path,
    "libopenblas-0a.dll",
  );
});

Deno.test("checkExecutables() looks at delayed imports as well", async () => {
  const bytes = makePortableExecutable({ delayImports: ["absent.dll"] });
  assertProblem(
    await checkExecutables([memoryEntry("a.dll", "app", bytes)], read),
    "a.dll",
    "absent.dll",
  );
});

Deno.test("checkExecutables() refuses another architecture and what is no program", async () => {
  const bytes = makePortableExecutable({ machine: 0xaa64 });
  assertProblem(
    await checkExecutables([
      memoryEntry("tools/ffmpeg/ffmpeg.exe", "ffmpeg", bytes),
    ], read),
    "tools/ffmpeg/ffmpeg.exe",
    "arm64",
  );
  assertProblem(
    await checkExecutables([memoryEntry("a.pyd", "app", "\x7fELF")], read),
    "a.pyd",
    "no program or DLL",
  );
});

Deno.test("checkExecutables() reads no file that its cache knows", async () => {
  const entries = [
    module("a.dll", ["absent.dll"]),
    memoryEntry("b.dll", "app", "no"),
  ];
  const first = new UsedResults(undefined);
  const found = await checkExecutables(entries, read, first);
  assertEquals(found.length, 2);
  const never: ReadEntry = () => Promise.reject(new Error("read again"));
  assertEquals(
    await checkExecutables(entries, never, new UsedResults(first.toJSON())),
    found,
  );
});

Deno.test("checkExecutables() takes what the archive's index has read", async () => {
  const never: ReadEntry = () => Promise.reject(new Error("read again"));
  const entry = memoryEntry("a.dll", "app", "");
  const indexed = {
    ...entry,
    portableExecutable: {
      machine: "x64",
      imports: ["absent.dll"],
      delayImports: [],
    },
  };
  assertProblem(
    await checkExecutables([indexed], never),
    "a.dll",
    "absent.dll",
  );
  assertProblem(
    await checkExecutables(
      [{ ...entry, portableExecutable: "it is cut off" }],
      never,
    ),
    "a.dll",
    "cut off",
  );
});

Deno.test("refuseProblems() names what is wrong, and no more than one can read", () => {
  refuseProblems([]);
  assertThrows(
    () => refuseProblems([{ path: "app/aux.py", reason: "it is a device" }]),
    UserError,
    "app/aux.py: it is a device",
  );
  const many = Array.from(
    { length: 25 },
    (_, index) => ({ path: `p${index}`, reason: "r" }),
  );
  const error = assertThrows(
    () => refuseProblems(many),
    UserError,
    "and 5 more",
  );
  assert(!error.message.includes("p20"));
});
