import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  matchImports,
  type PythonSource,
  readPythonImports,
} from "../../build/python_imports.ts";
import { UserError } from "../../launcher/user_error.ts";

const python = Deno.build.os === "windows" ? "python" : "python3";
const site = "tools/python/Lib/site-packages";

/** The files of a bundle with a few modules, and the app's own. */
function bundle(sources: PythonSource[]): { path: string }[] {
  return [
    "tools/python/python312/json/__init__.pyc",
    "tools/python/python312/os.pyc",
    "tools/python/_ssl.pyd",
    "tools/python/Lib/placeholder.txt",
    `${site}/flask/__init__.py`,
    `${site}/PIL/__init__.py`,
    `${site}/PIL/Image.py`,
    `${site}/PIL/_imaging.cp312-win_amd64.pyd`,
    `${site}/alembic/__init__.py`,
    `${site}/alembic/context.py`,
    `${site}/typing_extensions.py`,
    `${site}/flask-3.1.2.dist-info/METADATA`,
    ...sources.map((source) => source.path),
  ].map((path) => ({ path }));
}

async function match(...sources: [path: string, source: string][]) {
  const files = sources.map(([path, source]) => ({ path, source }));
  return matchImports(await readPythonImports(python, files), bundle(files));
}

Deno.test("matchImports() is content with what Python, the wheels and the app have", async () => {
  const found = await match(
    [
      "run.py",
      "import sys, os.path, json, _ssl, msvcrt\nfrom __future__ import annotations\nimport config\nfrom app import create_app\nfrom app.jobs import run\n",
    ],
    ["config.py", "import typing_extensions"],
    [
      "app/__init__.py",
      "from flask import Flask\nfrom PIL import Image, _imaging, ImageFont\nfrom . import jobs\nfrom .jobs import run\n",
    ],
    [
      "app/jobs/__init__.py",
      "from .. import config as c\nfrom ..jobs import x\n",
    ],
    ["alembic/env.py", "from alembic import context\n"],
  );
  assertEquals(found.problems, []);
  assertEquals(found.preload, [
    "PIL",
    "PIL.Image",
    "PIL._imaging",
    "flask",
    "typing_extensions",
  ]);
});

Deno.test("matchImports() names the file, the line and the module that is missing", async () => {
  for (
    const [source, line, module] of [
      ["import os\nimport requests", 2, "requests"],
      ["from tkinter import Tk", 1, "tkinter"],
      ["import fcntl", 1, "fcntl"],
      ["class A:\n  import pwd", 2, "pwd"],
      ["from .missing import x", 1, ".missing"],
      ["from ...above import x", 1, "...above"],
      ["import app.missing", 1, "app.missing"],
      ["try:\n  import lost\nexcept KeyError:\n  pass", 2, "lost"],
      [
        "import placeholder",
        1,
        "placeholder",
      ],
      ["import Lib", 1, "Lib"],
    ] as const
  ) {
    const found = await match(["app/a.py", source]);
    assertEquals(
      found.problems.map((problem) => problem.path),
      ["app/a.py"],
      source,
    );
    assertStringIncludes(
      found.problems[0]!.reason,
      `line ${line} imports '${module}'`,
    );
  }
});

Deno.test("matchImports() tolerates what a file can do without, or imports later", async () => {
  const found = await match([
    "app/a.py",
    `
try:
    import uvloop
except ImportError:
    uvloop = None
try:
    import a
except (KeyError, ModuleNotFoundError):
    import b
if condition:
    import c
else:
    import d
TYPE_CHECKING = False
if TYPE_CHECKING:
    from flask.typing import X
with suppress(ImportError):
    import e
def later():
    import f
"import g"
`,
  ]);
  assertEquals(found, { problems: [], preload: [] });
});

Deno.test("matchImports() names a file that is no Python", async () => {
  const read = await readPythonImports(python, [{
    path: "app/a.py",
    source: "def (:\n",
  }]);
  const entries = bundle([]);
  const [problem] =
    matchImports({ ...read, python: [3, 12] }, entries).problems;
  assertEquals(problem?.path, "app/a.py");
  assertStringIncludes(problem!.reason, "line 1");
  assertEquals(
    matchImports({ ...read, python: [3, 11] }, entries).problems,
    [],
  );
});

Deno.test("readPythonImports() says what to do when there is no Python", async () => {
  await assertRejects(
    () => readPythonImports("no-such-python", []),
    UserError,
    "Install Python",
  );
});
