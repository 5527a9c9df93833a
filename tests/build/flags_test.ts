import { assertEquals, assertThrows } from "@std/assert";
import { resolve } from "@std/path";
import { UserError } from "../../launcher/user_error.ts";
import { parseFlags } from "../../build/flags.ts";

Deno.test("parseFlags() takes the sample app and the project's folders by default", () => {
  const command = parseFlags([]);
  if (command.kind !== "build") throw new Error("no build");
  const { app, cache, out, version, givenApp, ...switches } = command.options;
  assertEquals(
    [app, cache, out].map((path) => path.split(/[\\/]/).at(-1)),
    ["sample-app", ".build-cache", "dist"],
  );
  assertEquals([version, givenApp], [undefined, undefined]);
  assertEquals(switches, { asFolder: false, offline: false, check: false });
});

Deno.test("parseFlags() takes paths relative to the folder it is called in", () => {
  const cwd = resolve("/somewhere");
  const command = parseFlags(
    ["--app", "my app", "--version=1.2.3", "--dir", "--offline"],
    cwd,
  );
  if (command.kind !== "build") throw new Error("no build");
  assertEquals(command.options.app, resolve(cwd, "my app"));
  assertEquals(command.options.givenApp, "my app");
  assertEquals(command.options.version, "1.2.3");
  assertEquals(command.options.asFolder, true);
  assertEquals(command.options.offline, true);
});

for (
  const [args, message] of [
    [["--prot"], "'--prot' is not known"],
    [["stray"], "'stray' is not known"],
    [["--app"], "--app needs one value"],
    [["--version", "1.2"], "'1.2' from --version is no version"],
    [["--version", "../1.2.3"], "is no version"],
    [["--version", "1.2.3-a/b"], "is no version"],
    [["--check", "--dir"], "--check compares zips"],
  ] as const
) {
  Deno.test(`parseFlags() refuses ${args.join(" ")}`, () => {
    assertThrows(() => parseFlags(args), UserError, message);
  });
}

Deno.test("parseFlags() shows help whatever else is asked", () => {
  assertEquals(parseFlags(["--help", "--version", "x"]).kind, "help");
  assertEquals(parseFlags(["-h"]).kind, "help");
});
