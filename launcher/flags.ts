/**
 * The command line: arguments to a tagged union, and the help text.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { closestString } from "@std/text/closest-string";
import { levenshteinDistance } from "@std/text/levenshtein-distance";
import {
  type SettingDefinition,
  settingDefinitions,
} from "./settings_table.ts";
import { usageExitCode } from "./settings.ts";
import { UserError } from "./user_error.ts";

/** What every command may carry. */
interface Common {
  /** A checkout of the app to run instead of the bundle around the launcher. */
  app?: string;
  /** Setting texts by name, as given. */
  flags: Record<string, string>;
}

/** What the command line asks for. */
export type Command =
  | { kind: "help" }
  | { kind: "version"; app?: string }
  | ({ kind: "start" } & Common)
  | ({ kind: "stop" } & Common)
  | ({ kind: "doctor"; zip: boolean } & Common)
  | ({ kind: "backups" } & Common)
  | ({ kind: "restore"; name: string } & Common);

const commands: Record<string, string> = {
  start: "Start MediaParser (the same as no command)",
  stop: "End the MediaParser that runs from this folder",
  doctor: "Check this installation and print what was found",
  backups: "List the copies of the database",
  restore: "Put the copy NAME of the database back",
};

/** Flags of other tools and older scripts, and what they are called here. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ["nobrowser", "no-browser"],
  ["p", "port"],
  ["open", "browser"],
  ["timeout", "ffmpeg-timeout"],
]);

const plainFlags = ["help", "version", "zip"];

function usageError(happened: string, remedy: string): UserError {
  return new UserError(happened, remedy, { exitCode: usageExitCode });
}

/** The known name that was most likely meant, where one is near enough. */
export function nearestName(
  given: string,
  names: readonly string[],
): string | undefined {
  const nearest = closestString(given, names);
  const distance = levenshteinDistance(given, nearest);
  return distance <= Math.max(2, Math.floor(nearest.length / 3))
    ? nearest
    : undefined;
}

function unknownFlag(argument: string): UserError {
  const name = argument.replace(/^-+/, "").replace(/=.*$/s, "");
  const names = [
    ...settingDefinitions.flatMap(({ name, kind }) =>
      kind === "boolean" ? [name, `no-${name}`] : [name]
    ),
    ...plainFlags,
    "app",
  ];
  const nearest = otherNames.get(name.toLowerCase()) ??
    nearestName(name.toLowerCase(), names);
  return usageError(
    `Unknown flag ${argument.replace(/=.*$/s, "")}${
      nearest === undefined ? "." : `: did you mean --${nearest}?`
    }`,
    "--help lists every flag.",
  );
}

/**
 * Reads the command line.
 *
 * @param args The arguments, without the program's name.
 * @throws {UserError} When they cannot be understood; its exit code is 2.
 */
export function parseFlags(args: readonly string[]): Command {
  const booleans = settingDefinitions.filter(({ kind }) => kind === "boolean");
  const texts = settingDefinitions.filter(({ kind }) => kind !== "boolean");
  const parsed = parseArgs(
    args.map((argument) => argument === "/?" ? "--help" : argument),
    {
      boolean: [...plainFlags, ...booleans.map(({ name }) => name)],
      negatable: booleans.map(({ name }) => name),
      string: [...texts.map(({ name }) => name), "app", "_"],
      alias: { help: ["h", "?"], version: ["V"] },
      unknown: (argument, key) => {
        if (key !== undefined) throw unknownFlag(argument);
      },
    },
  );
  if (parsed.help) return { kind: "help" };
  const app = typeof parsed.app === "string" ? parsed.app : undefined;
  if (app === "") throw usageError("--app needs a folder.", "Name one.");
  if (parsed.version) {
    return app === undefined ? { kind: "version" } : { kind: "version", app };
  }

  const flags: Record<string, string> = {};
  for (const { name, placeholder } of texts) {
    const text = parsed[name];
    if (text === undefined) continue;
    if (text === "") {
      throw usageError(
        `--${name} needs a value.`,
        `Write --${name} ${placeholder}.`,
      );
    }
    flags[name] = String(text);
  }
  for (const { name } of booleans) {
    // Not parsed[name]: to parseArgs --browser=no is as true as any text.
    const form = new RegExp(`^--(no-)?${name}(?:=(.*))?$`, "s");
    const given = args.findLast((argument) => form.test(argument))?.match(form);
    if (given == null) continue;
    const [, no, text] = given;
    if (no !== undefined && text !== undefined) {
      throw usageError(
        `--no-${name} takes no value.`,
        `Write --${name} or --no-${name}.`,
      );
    }
    flags[name] = text ?? String(no === undefined);
  }
  const common: Common = app === undefined ? { flags } : { app, flags };
  return parseCommand(parsed._.map(String), Boolean(parsed.zip), common);
}

function parseCommand(
  words: string[],
  zip: boolean,
  common: Common,
): Command {
  const [command = "start", ...rest] = words;
  if (!Object.hasOwn(commands, command)) {
    const nearest = nearestName(command, Object.keys(commands));
    throw usageError(
      `Unknown command '${command}'${
        nearest === undefined ? "." : `: did you mean '${nearest}'?`
      }`,
      "--help lists every command.",
    );
  }
  if (zip && command !== "doctor") {
    throw usageError("--zip belongs to doctor.", "Write doctor --zip.");
  }
  const expected = command === "restore" ? 1 : 0;
  if (rest.length > expected) {
    throw usageError(
      `'${rest[expected]}' is one word too many.`,
      "Put a path with spaces between quotes; --help shows how each command is written.",
    );
  }
  switch (command) {
    case "stop":
    case "backups":
      return { kind: command, ...common };
    case "doctor":
      return { kind: "doctor", zip, ...common };
    case "restore": {
      const [name] = rest;
      if (name === undefined) {
        throw usageError(
          "restore needs the name of a copy.",
          "The command backups lists them.",
        );
      }
      return { kind: "restore", name, ...common };
    }
    default:
      return { kind: "start", ...common };
  }
}

function flagColumn(definition: SettingDefinition): string {
  return definition.kind === "boolean"
    ? `--[no-]${definition.name}`
    : `--${definition.name} ${definition.placeholder}`;
}

function settingLine(definition: SettingDefinition): string[] {
  const { help, range, environment } = definition;
  const initial = definition.default === undefined
    ? "default: the app's own"
    : `default: ${definition.default}`;
  const bounds = range === undefined ? "" : `${range[0]} to ${range[1]}, `;
  return [
    `  ${flagColumn(definition).padEnd(32)}${help}`,
    `${" ".repeat(34)}(${bounds}${initial}, ${environment})`,
  ];
}

/** The text of `--help`. */
export function helpText(): string {
  const groups = [...new Set(settingDefinitions.map(({ group }) => group))];
  const row = (left: string, right: string) => `  ${left.padEnd(32)}${right}`;
  return [
    "MediaParser sorts your photos and videos. Everything stays on this computer.",
    "",
    "Usage: MediaParser-launcher [COMMAND] [FLAGS]",
    "",
    "Commands:",
    ...Object.entries(commands).map(([name, help]) =>
      row(name === "restore" ? "restore NAME" : name, help)
    ),
    ...groups.flatMap((group) => [
      "",
      `${group}:`,
      ...settingDefinitions.filter((definition) => definition.group === group)
        .flatMap(settingLine),
    ]),
    "",
    "Other:",
    row("--app FOLDER", "Run a checkout of the app with the system's Python"),
    row("--zip", "With doctor: also write a support bundle"),
    row("-h, --help", "Show this text"),
    row("-V, --version", "Show the version"),
    "",
    "Settings may also stand in MediaParser.toml (port = 5000) or .env, beside",
    "the launcher, or in the variable in brackets.",
    "A flag wins over a variable, a variable over a file, a file over the default.",
    "",
    "Exit codes: 0 ended as asked or was running already, 1 could not start or",
    "doctor found a problem, 2 wrong command line or setting, 130 ended by force,",
    "70 a fault of the launcher itself; a server that ends by itself passes its own.",
  ].join("\n");
}
