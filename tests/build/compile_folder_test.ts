import { assert, assertEquals } from "@std/assert";
import { join, relative } from "@std/path";
import {
  bundledModule,
  fillCompileFolder,
  withoutCachePath,
} from "../../build/compile_folder.ts";
import { repository } from "../support/installation.ts";

Deno.test("withoutCachePath() leaves neither the cache's folder nor the registry's", () => {
  const text = [
    "// ../../home/me/.cache/deno/npm/registry.example/pkg/1.0.0/index.js",
    'var x = f({"../../home/me/.cache/deno/npm/registry.example/pkg/1.0.0/a.js"() {}});',
    "// launcher/main.ts",
  ].join("\n");
  assertEquals(
    withoutCachePath(text, "../../home/me/.cache/deno/npm"),
    [
      "// npm/pkg/1.0.0/index.js",
      'var x = f({"npm/pkg/1.0.0/a.js"() {}});',
      "// launcher/main.ts",
    ].join("\n"),
  );
});

Deno.test("fillCompileFolder() keeps what a module does at the end of a scope", async () => {
  const folder = await Deno.makeTempDir({ dir: join(repository, "tests") });
  try {
    const module = join(folder, "module.ts");
    await Deno.writeTextFile(
      module,
      [
        "function read(): number {",
        "  using resource = {",
        "    value: 1,",
        '    [Symbol.dispose]: () => console.log("disposed"),',
        "  };",
        "  return resource.value;",
        "}",
        "console.log(read());",
      ].join("\n"),
    );
    await fillCompileFolder(folder, relative(repository, module));
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", join(folder, bundledModule)],
    }).output();
    assertEquals(new TextDecoder().decode(stdout), "disposed\n1\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("fillCompileFolder() bundles the launcher without a path of this machine", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await fillCompileFolder(folder);
    const text = await Deno.readTextFile(join(folder, bundledModule));
    const { denoDir } = JSON.parse(
      new TextDecoder().decode(
        (await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] })
          .output()).stdout,
      ),
    );
    for (const path of [repository, denoDir, folder]) {
      assert(!text.includes(path.replace(/^\/|\/$/g, "")), path);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
