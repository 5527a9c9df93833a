import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import {
  importedModules,
  readImportedModules,
} from "../../launcher/preload.ts";

Deno.test("importedModules() finds what a source imports at its top level, and nothing else", () => {
  const source = [
    '"""import nothing from here"""',
    "from __future__ import annotations",
    "import os, sys as system",
    "import PIL.Image",
    "from flask.typing import (",
    "    ResponseReturnValue,",
    ")",
    "from . import neighbour",
    "def f():",
    "    import lazily",
    "importlib = None",
  ].join("\n");
  assertEquals(importedModules(source), [
    "os",
    "sys",
    "PIL.Image",
    "flask.typing",
  ]);
});

Deno.test("readImportedModules() leaves out what the checkout holds itself", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(root, "app", "routes"), { recursive: true });
    await Deno.writeTextFile(join(root, "config.py"), "import dotenv\n");
    await Deno.writeTextFile(
      join(root, "app", "routes", "pages.py"),
      "import flask\nimport config\nfrom app.models import Item\n",
    );
    assertEquals(await readImportedModules(root), ["dotenv", "flask"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
