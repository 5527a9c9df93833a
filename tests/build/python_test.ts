import { assert, assertEquals, assertRejects } from "@std/assert";
import { readContentSync } from "../../build/content.ts";
import { pythonEntries } from "../../build/python.ts";
import { UserError } from "../../launcher/user_error.ts";
import { BuildParts } from "./build_parts.ts";
import { makeZip } from "./zip_maker.ts";

const library = makeZip([
  { name: "os.pyc", data: "os" },
  { name: "json/__init__.pyc", data: "json" },
]);
const files = [
  { name: "python.exe", data: "MZ" },
  { name: "python312._pth", data: "python312.zip\n.\n#import site\n" },
  { name: "python312.zip", data: library, method: 0 },
];

Deno.test("pythonEntries() extracts the library and writes the search path that finds the app", async () => {
  using parts = new BuildParts();
  const entries = await pythonEntries(parts.zip(files), parts.archives);
  const text = (path: string): string => {
    const entry = entries.find((entry) => entry.path === path);
    assert(entry, `${path} is missing`);
    return new TextDecoder().decode(readContentSync(entry));
  };
  const paths = entries.map(({ path }) => path);
  assertEquals(new Set(paths).size, paths.length);
  assertEquals(paths.includes("tools/python/python312.zip"), false);
  assertEquals(text("tools/python/python312/json/__init__.pyc"), "json");
  assertEquals(text("tools/python/python312/os.pyc"), "os");
  assertEquals(text("tools/python/python.exe"), "MZ");
  assertEquals(
    text("tools/python/python312._pth").split("\r\n"),
    ["python312", ".", "Lib\\site-packages", "import site", ""],
  );
  // Four folders up from site-packages lies the app.
  const [folder] = text("tools/python/Lib/site-packages/mediaparser.pth")
    .split("\n");
  assertEquals(
    new URL(
      `${folder}/`,
      "file:///top/tools/python/Lib/site-packages/",
    ).pathname,
    "/top/",
  );
  assert(
    paths.includes(
      "tools/python/Lib/site-packages/mediaparser_portable/process_check.py",
    ),
  );
});

Deno.test("pythonEntries() refuses a download without the library", async () => {
  using parts = new BuildParts();
  await assertRejects(
    () => pythonEntries(parts.zip(files.slice(0, 2)), parts.archives),
    UserError,
    "it holds no 'python312.zip'",
  );
});
