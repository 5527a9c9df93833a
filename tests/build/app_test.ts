import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { UserError } from "../../launcher/user_error.ts";
import { appEntries, appParts, appVersion, ships } from "../../build/app.ts";
import { readRevisions } from "../../build/alembic.ts";
import { memoryEntry } from "../../build/content.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

/** Writes the least that counts as an app. */
function writeApp(folder: TemporaryFolder): string {
  for (const part of appParts) {
    folder.write(
      part.endsWith("/") ? `app root/${part}x.py` : `app root/${part}`,
      "",
    );
  }
  folder.write("app root/app/__init__.py", '__version__ = "2.3.4"\n');
  return folder.at("app root");
}

function paths(app: string): string[] {
  return appEntries(app).map(({ path }) => path);
}

Deno.test("appEntries() takes the app and leaves data, caches and tools", () => {
  using folder = new TemporaryFolder();
  const app = writeApp(folder);
  const before = paths(app);
  const left = [
    ".env",
    ".env.production",
    ".git/config",
    ".github/workflows/ci.yml",
    ".dockerignore",
    "Dockerfile",
    "docker-compose.yml",
    "app/__pycache__/x.cpython-312.pyc",
    "app/x.pyc",
    "app/tests/test_x.py",
    "tests/test_x.py",
    "instance/mediaparser.db",
    "storage/photo.jpg",
    "logs/app.log",
    "exiftool_files/perl.exe",
    "node_modules/x/index.js",
    "venv/bin/python",
    "local.db",
    "local.db-wal",
  ];
  for (const path of left) folder.write(`app root/${path}`, "secret");
  assertEquals(paths(app), before);
  const kept = [
    ".env.example",
    "app/static/storage/x.js",
    "app/templates/a.html",
    "extra.py",
  ];
  for (const path of kept) folder.write(`app root/${path}`, "");
  assertEquals(paths(app).length, before.length + kept.length);
});

Deno.test("ships() knows the top from what lies deeper", () => {
  assertEquals(ships("storage", true), false);
  assertEquals(ships("app/storage", true), true);
  assertEquals(ships("app/tests", true), false);
  assertEquals(ships("app/.env.example", false), false);
});

Deno.test("appEntries() names every missing part in one line", () => {
  using folder = new TemporaryFolder();
  const app = writeApp(folder);
  Deno.removeSync(join(app, "run.py"));
  Deno.removeSync(join(app, "alembic"), { recursive: true });
  folder.write("app root/alembic", "a file where a folder should be");
  assertThrows(() => appEntries(app), UserError, "it lacks run.py, alembic/.");
  assertThrows(
    () => appEntries(folder.at("nowhere")),
    UserError,
    "it lacks run.py, run_worker.py",
  );
});

Deno.test({
  name: "appEntries() follows links inside the app and refuses others",
  // Making a link takes a privilege on Windows.
  ignore: Deno.build.os === "windows",
  fn() {
    using folder = new TemporaryFolder();
    const app = writeApp(folder);
    folder.write("app root/app/real/data.txt", "inside");
    Deno.symlinkSync(join(app, "app/real"), join(app, "app/linked"));
    assertEquals(paths(app).includes("app/linked/data.txt"), true);

    Deno.symlinkSync(folder.write("secret", "x"), join(app, "app/out"));
    assertThrows(
      () => appEntries(app),
      UserError,
      "'app/out' in the app leads out",
    );
    Deno.removeSync(join(app, "app/out"));

    Deno.symlinkSync(join(app, "nothing"), join(app, "app/dangling"));
    assertThrows(() => appEntries(app), UserError, "leads nowhere");
    Deno.removeSync(join(app, "app/dangling"));

    Deno.symlinkSync(join(app, "app"), join(app, "app/loop"));
    assertThrows(() => appEntries(app), UserError, "'app/loop'");
  },
});

Deno.test("appVersion() reads __version__", () => {
  using folder = new TemporaryFolder();
  assertEquals(appVersion(appEntries(writeApp(folder))), "2.3.4");
  assertEquals(
    appVersion([memoryEntry("app/__init__.py", "app", "import os\n")]),
    undefined,
  );
});

/** A migration as Alembic writes it. */
function migration(file: string, revision: string, down: string) {
  return memoryEntry(
    `alembic/versions/${file}.py`,
    "app",
    `"""A change.\n\nRevises: x\n"""\nrevision: str = "${revision}"\ndown_revision: Union[str, None] = ${down}\nbranch_labels = None\n`,
  );
}

Deno.test("readRevisions() finds the head and the order", () => {
  assertEquals(
    readRevisions([
      migration("c", "003", '("001", "002")'),
      migration("b", "002", '"000"'),
      migration("a", "001", "'000'"),
      migration("0", "000", "None"),
      memoryEntry("alembic/versions/__init__.py", "app", ""),
    ]),
    { head: "003", revisions: ["000", "001", "002", "003"] },
  );
});

Deno.test("readRevisions() refuses two heads, holes and none at all", () => {
  const two = [
    migration("a", "1", "None"),
    migration("b", "2", '"1"'),
    migration("c", "3", '"1"'),
  ];
  assertThrows(() => readRevisions(two), UserError, "2 heads: 2, 3");
  assertThrows(
    () => readRevisions([migration("a", "1", '"0"')]),
    UserError,
    "follow '0', which is not there",
  );
  assertThrows(() => readRevisions([]), UserError, "no migration");
});
