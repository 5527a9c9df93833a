import { assertEquals } from "@std/assert";
import {
  exportName,
  rewriteImports,
  stdVersions,
} from "../../scripts/setup.ts";
import { constraintsFromLock } from "../../scripts/test_python.ts";

Deno.test("stdVersions() takes the exact versions of @std packages, and those they need", () => {
  const versions = stdVersions({
    "@std/path": "jsr:@std/path@1.1.6",
    "other": "npm:other@1.0.0",
  });
  assertEquals(versions.path, "1.1.6");
  assertEquals("other" in versions, false);
  assertEquals(Object.keys(versions).sort(), [
    "collections",
    "internal",
    "path",
  ]);
});

Deno.test("exportName() names a module as the real package exports it", () => {
  assertEquals(exportName("mod.js"), ".");
  assertEquals(exportName("parse_args.js"), "./parse-args");
  assertEquals(exportName("posix/mod.ts"), "./posix");
  assertEquals(exportName("posix/from_file_url.js"), "./posix/from-file-url");
});

Deno.test("rewriteImports() makes imports of other packages ones of their exact versions", () => {
  const versions = { internal: "1.0.14" };
  const source = [
    'import { diff } from "../internal/diff_str.js";',
    'export * from "./neighbour.js";',
    'import { isWindows } from "../unknown/os.js";',
    ' * import { assert } from "../internal/mod.js";',
  ].join("\n");
  assertEquals(
    rewriteImports(source, versions).split("\n"),
    [
      'import { diff } from "jsr:@std/internal@1.0.14/diff-str";',
      'export * from "./neighbour.js";',
      'import { isWindows } from "../unknown/os.js";',
      ' * import { assert } from "../internal/mod.js";',
    ],
  );
});

Deno.test("constraintsFromLock() pins what the bundle ships, but for what is Windows' own", () => {
  const lock = [
    "# comment",
    "flask==3.1.2 --hash=sha256:00 # flask-3.1.2-py3-none-any.whl",
    "python-magic-bin==0.4.14 --hash=sha256:00 # x.whl",
  ].join("\n");
  assertEquals(constraintsFromLock(lock), "flask==3.1.2\n");
});
