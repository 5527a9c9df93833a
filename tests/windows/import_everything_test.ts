/**
 * Every module of the bundle can be imported by the bundle's own Python, and
 * the C++ library that one of them needs is there.
 *
 * Wine has a msvcp140.dll of its own, which a fresh Windows has not: it is
 * switched off here (`msvcp140=n`), so that the bundle's has to do.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { exists } from "@std/fs/exists";
import { fromFileUrl, join } from "@std/path";
import { topFolder } from "../../build/bundle.ts";
import { repository } from "../support/installation.ts";
import { testUnless } from "../support/requirements.ts";
import { missingForWindows, WindowsMachine } from "./machine.ts";

const environment = { WINEDLLOVERRIDES: "ucrtbase=n;winedbg.exe=d;msvcp140=n" };

/** Builds the bundle as a folder on the machine, and gives the path of its Python. */
async function buildOn(machine: WindowsMachine): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      join(repository, "build", "main.ts"),
      "--dir",
      "--out",
      machine.folder,
    ],
    cwd: repository,
    stdin: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const folder = new TextDecoder().decode(stdout).trim().split("\n").at(-1)!;
  return join(folder, topFolder, "tools", "python", "python.exe");
}

testUnless(
  missingForWindows(),
  "the bundle's Python imports every module of the bundle",
  async () => {
    await using machine = await WindowsMachine.start();
    const python = await buildOn(machine);
    const script = join(machine.folder, "import_everything.py");
    await Deno.copyFile(
      fromFileUrl(new URL("import_everything.py", import.meta.url)),
      script,
    );
    const args = ["-s", "-X", "utf8", machine.windowsPath(script)];
    const { code, stdout } = await machine.run(python, args, { environment });
    const lines = stdout.trim().split(/\r?\n/);
    assertEquals(lines.filter((line) => line.startsWith("FAILED")), []);
    assertEquals(code, 0, lines.at(-1));
    assertStringIncludes(lines.at(-1)!, " 0 failed");
  },
);

testUnless(
  Deno.build.os === "windows"
    ? "most Windows machines have the library"
    : missingForWindows(),
  "greenlet has the msvcp140.dll that it needs, or needs none",
  async () => {
    await using machine = await WindowsMachine.start();
    const python = await buildOn(machine);
    const imported = () =>
      machine.run(python, ["-s", "-c", "import greenlet"], { environment });
    assertEquals((await imported()).code, 0);
    const library = join(python, "..", "msvcp140.dll");
    // The build adds it for a greenlet that loads it; later ones do not.
    if (!await exists(library)) return;
    await Deno.remove(library);
    const { code, stderr } = await imported();
    assertEquals(code, 1);
    assertStringIncludes(stderr, "DLL load failed");
  },
);
