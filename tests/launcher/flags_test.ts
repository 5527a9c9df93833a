import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { helpText, nearestName, parseFlags } from "../../launcher/flags.ts";
import { settings } from "../../launcher/settings_table.ts";
import { UserError } from "../../launcher/user_error.ts";

const understood: [string[], ReturnType<typeof parseFlags>][] = [
  [[], { kind: "start", flags: {} }],
  [["start"], { kind: "start", flags: {} }],
  [["--port", "80"], { kind: "start", flags: { port: "80" } }],
  [["--port=80", "--port=81"], { kind: "start", flags: { port: "81" } }],
  [["--no-browser"], { kind: "start", flags: { browser: "false" } }],
  [["--browser=no"], { kind: "start", flags: { browser: "no" } }],
  [["--no-browser", "--browser"], {
    kind: "start",
    flags: { browser: "true" },
  }],
  [["--browser"], { kind: "start", flags: { browser: "true" } }],
  [["--app", "x", "--workers", "3"], {
    kind: "start",
    app: "x",
    flags: { workers: "3" },
  }],
  [["stop"], { kind: "stop", flags: {} }],
  [["backups"], { kind: "backups", flags: {} }],
  [["restore", "5"], { kind: "restore", name: "5", flags: {} }],
  [["doctor"], { kind: "doctor", zip: false, flags: {} }],
  [["doctor", "--zip"], { kind: "doctor", zip: true, flags: {} }],
  [["--version"], { kind: "version" }],
  [["-V"], { kind: "version" }],
  [["-h"], { kind: "help" }],
  [["/?"], { kind: "help" }],
  [["stop", "--help"], { kind: "help" }],
];

for (const [args, command] of understood) {
  Deno.test(`parseFlags() understands '${args.join(" ")}'`, () => {
    assertEquals(parseFlags(args), command);
  });
}

const refused: [string[], RegExp][] = [
  [["--prot", "80"], /Unknown flag --prot: did you mean --port\?/],
  [["--prot=80"], /Unknown flag --prot: did you mean --port\?/],
  [["-p", "80"], /did you mean --port\?/],
  [["--nobrowser"], /did you mean --no-browser\?/],
  [["--entirely-different"], /Unknown flag --entirely-different\. --help/],
  [["--port"], /--port needs a value\. Write --port PORT/],
  [["--port="], /--port needs a value/],
  [["--app="], /--app needs a folder/],
  [["--no-browser=false"], /--no-browser takes no value/],
  [["--no-port"], /Unknown flag --no-port/],
  [["--port", "-1"], /Unknown flag -1\./],
  [["--constructor"], /^Unknown flag --constructor\. --help/],
  [["constructor"], /Unknown command 'constructor'\. --help/],
  [["sotp"], /Unknown command 'sotp': did you mean 'stop'\?/],
  [["restore"], /restore needs the name/],
  [["restore", "a", "b"], /'b' is one word too many/],
  [["stop", "now"], /'now' is one word too many/],
  [["stop", "--zip"], /--zip belongs to doctor/],
];

for (const [args, message] of refused) {
  Deno.test(`parseFlags() refuses '${args.join(" ")}' with exit code 2`, () => {
    const error = assertThrows(() => parseFlags(args), UserError);
    assertMatch(error.message, message);
    assertEquals(error.exitCode, 2);
  });
}

Deno.test("helpText() names every setting with its variable, and its default where it has one", () => {
  const text = helpText();
  for (const setting of settings) {
    assertMatch(text, new RegExp(`--(\\[no-\\])?${setting.name}\\b`));
    assertMatch(text, new RegExp(`\\b${setting.environment}\\)`));
    if ("default" in setting) {
      assertMatch(text, new RegExp(`default: ${setting.default}`));
    }
  }
  for (const line of text.split("\n")) {
    if (line.length > 100) throw new Error(`Too wide: ${line}`);
  }
});

Deno.test("nearestName() suggests nothing that is far off", () => {
  assertEquals(nearestName("prt", ["port", "host"]), "port");
  assertEquals(nearestName("banana", ["port", "host"]), undefined);
});
