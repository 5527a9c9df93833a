import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { dirname, join, resolve } from "@std/path";
import {
  appParts,
  findLayout,
  type Surroundings,
} from "../../launcher/layout.ts";
import { UserError } from "../../launcher/user_error.ts";

const root = resolve("somewhere");

/** Surroundings in which exactly `paths` are there. */
function around(
  paths: string[],
  others: Partial<Surroundings> = {},
): Surroundings {
  return {
    standalone: true,
    executable: join(root, "MediaParser-launcher.exe"),
    sources: join(root, "sources"),
    windows: false,
    environment: {},
    exists: (path) => paths.includes(path),
    ...others,
  };
}

const app = appParts.map((part) => join(root, part));
const python = join(root, "tools", "python", "python.exe");

Deno.test("findLayout() finds a bundle around the compiled launcher", () => {
  const layout = findLayout(around([...app, python]));
  assertEquals(layout.kind, "portable");
  assertEquals(layout.python, python);
  assertEquals(layout.database, join(root, "instance", "mediaparser.db"));
  assertEquals(layout.manifest, join(root, "manifest.json"));
});

Deno.test("findLayout() names what a bundle lacks", () => {
  const error = assertThrows(
    () => findLayout(around(app.slice(1))),
    UserError,
  );
  assertMatch(error.message, /python\.exe'.*'run\.py' missing/);
  assertMatch(error.message, /Unzip the whole/);
});

Deno.test("findLayout() asks for an app when it runs from its sources", () => {
  assertThrows(
    () => findLayout(around(app, { standalone: false })),
    UserError,
    "--app",
  );
});

Deno.test("findLayout() names what a checkout lacks", () => {
  const error = assertThrows(
    () => findLayout(around([], { app: root })),
    UserError,
  );
  for (const part of appParts) assertMatch(error.message, new RegExp(part));
});

const pythons: [string, Partial<Surroundings>, string[], string][] = [
  [
    "the one that is named",
    { environment: { MEDIAPARSER_PYTHON: "py" } },
    [],
    "py",
  ],
  [
    "that of the active environment",
    { environment: { VIRTUAL_ENV: "/venv" } },
    ["/venv/bin/python"],
    "/venv/bin/python",
  ],
  [
    "the app's own",
    {},
    [join(root, ".venv", "bin", "python")],
    join(root, ".venv", "bin", "python"),
  ],
  ["the system's", {}, [], "python3"],
  ["the system's on Windows", { windows: true }, [], "python"],
];

for (const [which, others, paths, expected] of pythons) {
  Deno.test({
    name: `findLayout() takes ${which} Python for a checkout`,
    ignore: Deno.build.os === "windows",
    fn: () => {
      const layout = findLayout(
        around([...app, ...paths], { app: root, ...others }),
      );
      assertEquals(layout.kind, "source");
      assertEquals(layout.python, expected);
    },
  });
}

Deno.test("findLayout() finds the Python package beside the sources or the program", () => {
  const beside = dirname(around([]).executable);
  for (const folder of [join(root, "sources", "python"), beside]) {
    const paths = [...app, join(folder, "mediaparser_portable")];
    assertEquals(
      findLayout(around(paths, { app: root })).pythonPath,
      folder,
    );
  }
});
