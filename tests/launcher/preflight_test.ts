import { assertEquals, assertMatch } from "@std/assert";
import {
  type Facts,
  findProblems,
  isLoopback,
} from "../../launcher/preflight.ts";

/** A folder in which nothing is wrong. */
const well: Facts = {
  root: "C:\\MediaParser",
  windows: true,
  portable: true,
  cloudFolders: [],
  driveKind: "fixed",
  freeBytes: 50e9,
  longestPath: 140,
  exiftoolCanOpen: true,
  changedFiles: [],
  host: "127.0.0.1",
};

Deno.test("findProblems() finds nothing where all is well", () => {
  assertEquals(findProblems(well), []);
  assertEquals(
    findProblems({ ...well, windows: false, root: "/home/me/m" }),
    [],
  );
});

const cases: [string, Partial<Facts>, "error" | "warning", RegExp][] = [
  [
    "Explorer's zip folder",
    {
      root:
        "C:\\Users\\a\\AppData\\Local\\Temp\\Temp1_MediaParser-Windows-v1.0.0.zip\\MediaParser",
    },
    "error",
    /from inside its zip.*Extract All/,
  ],
  [
    "7-Zip's folder",
    { root: "C:\\Users\\a\\AppData\\Local\\Temp\\7zO4A2B3C4D\\MediaParser" },
    "error",
    /from inside its zip/,
  ],
  [
    "WinRAR's folder",
    { root: "C:\\Users\\a\\AppData\\Local\\Temp\\Rar$EXa123.456\\MediaParser" },
    "error",
    /from inside its zip/,
  ],
  [
    "a folder that may only be read",
    { writeError: "access denied" },
    "error",
    /Cannot write.*your Documents/,
  ],
  [
    "a path that is too long",
    { root: `C:\\${"x".repeat(200)}` },
    "error",
    /reaches 344 characters.*allows 259/,
  ],
  [
    "a name the code page lacks",
    { exiftoolCanOpen: false },
    "error",
    /ExifTool cannot work/,
  ],
  ["a network drive", { driveKind: "network" }, "error", /network drive/],
  ["a semicolon", { root: "C:\\a;b" }, "error", /semicolon/],
  [
    "a missing file",
    { changedFiles: [{ path: "run.py", problem: "missing" }] },
    "error",
    /'run\.py' is missing\./,
  ],
  [
    "several changed files",
    {
      changedFiles: [{ path: "a", problem: "missing" }, {
        path: "b",
        problem: "missing",
      }],
    },
    "error",
    /'a' is missing and 1 more/,
  ],
  ["a full disk", { freeBytes: 99e6 }, "error", /99 MB are free/],
  ["a disk that fills up", { freeBytes: 999e6 }, "warning", /999 MB are free/],
  [
    "OneDrive by its variable",
    { root: "D:\\Wolke\\m", cloudFolders: ["D:\\Wolke"] },
    "warning",
    /in sync by Wolke/,
  ],
  [
    "OneDrive by its name",
    { root: "C:\\Users\\a\\OneDrive - Firma\\m" },
    "warning",
    /OneDrive - Firma/,
  ],
  ["Dropbox", { root: "C:\\Users\\a\\Dropbox\\m" }, "warning", /Dropbox/],
  ["an open host", { host: "0.0.0.0" }, "warning", /everybody in your network/],
];

for (const [what, facts, severity, message] of cases) {
  Deno.test(`findProblems() names ${what}, with one remedy`, () => {
    const found = findProblems({ ...well, ...facts });
    assertEquals(found.length, 1, JSON.stringify(found));
    const [{ severity: is, happened, remedy }] = found as [typeof found[0]];
    assertEquals(is, severity);
    assertMatch(`${happened} ${remedy}`, message);
  });
}

const allowed: [string, Partial<Facts>][] = [
  ["a folder whose name only begins like a cloud's", {
    root: "C:\\OneDriveBackup\\m",
  }],
  ["a folder beside the cloud's", {
    root: "D:\\Wolke2\\m",
    cloudFolders: ["D:\\Wolke"],
  }],
  ["no cloud folder at all", { cloudFolders: [""] }],
  ["the longest path that Windows opens", { root: `C:\\${"x".repeat(115)}` }],
  ["exactly enough room", { freeBytes: 1e9 }],
  ["a disk of unknown size", { freeBytes: undefined }],
  ["a checkout in a folder that looks like a zip's", {
    portable: false,
    root: "C:\\x.zip\\m",
  }],
];

for (const [what, facts] of allowed) {
  Deno.test(`findProblems() has nothing against ${what}`, () => {
    assertEquals(findProblems({ ...well, ...facts }), []);
  });
}

Deno.test("findProblems() tells errors before warnings", () => {
  const found = findProblems({
    ...well,
    host: "0.0.0.0",
    freeBytes: 500e6,
    driveKind: "network",
  });
  assertEquals(found.map(({ severity }) => severity), [
    "error",
    "warning",
    "warning",
  ]);
});

Deno.test("isLoopback() knows addresses that only this computer reaches", () => {
  for (const host of ["127.0.0.1", "127.1.2.3", "localhost", "::1"]) {
    assertEquals(isLoopback(host), true, host);
  }
  for (const host of ["0.0.0.0", "::", "192.168.1.2", "my-pc"]) {
    assertEquals(isLoopback(host), false, host);
  }
});
