/**
 * Which value each setting has, and who gave it:
 * flag > environment > file > default.
 *
 * @module
 */
import { closestString } from "@std/text/closest-string";
import {
  describeAccepted,
  parseSettingValue,
  type SettingDefinition,
  settingDefinitions,
  type SettingName,
  settings,
  type SettingValue,
} from "./settings_table.ts";
import { UserError } from "./user_error.ts";

/** The exit code of a wrong command line or setting. */
export const usageExitCode = 2;

/** Who gave a setting its value. */
export type SettingSource =
  | "flag"
  | "environment"
  | "MediaParser.toml"
  | ".env"
  | "default";

/** A setting's value and who gave it; no value means the app's own. */
export interface ResolvedSetting {
  value: SettingValue | undefined;
  source: SettingSource;
}

/** Every setting, resolved. */
export type Settings = Record<SettingName, ResolvedSetting>;

/** Where values may come from, each still as it was written. */
export interface SettingTexts {
  /** By setting name, from the command line. */
  flags: Readonly<Record<string, string>>;
  /** By variable name, from the environment. */
  environment: Readonly<Record<string, string>>;
  /** By setting name, from MediaParser.toml. */
  toml: Readonly<Record<string, string>>;
  /** By variable name, from `.env`. */
  dotenv: Readonly<Record<string, string>>;
}

function refuse(
  definition: SettingDefinition,
  where: string,
  text: string,
): never {
  throw new UserError(
    `Cannot use ${where} '${text}': it must be ${
      describeAccepted(definition)
    }.`,
    "Correct it and start again; --help lists every setting.",
    { exitCode: usageExitCode },
  );
}

function resolveOne(
  definition: SettingDefinition,
  texts: SettingTexts,
): ResolvedSetting {
  const { name, environment } = definition;
  const candidates: [SettingSource, string | undefined, string][] = [
    ["flag", texts.flags[name], `--${name}`],
    ["environment", texts.environment[environment], `variable ${environment}`],
    ["MediaParser.toml", texts.toml[name], `${name} in MediaParser.toml`],
    [".env", texts.dotenv[environment], `${environment} in .env`],
  ];
  for (const [source, text, where] of candidates) {
    // An empty variable is how Windows and .env files say "not set".
    if (text === undefined || (source !== "flag" && text === "")) continue;
    const value = parseSettingValue(definition, text);
    if (value === undefined) refuse(definition, where, text);
    return { value, source };
  }
  return { value: definition.default, source: "default" };
}

/**
 * Resolves every setting.
 *
 * @throws {UserError} When a text is no value of its setting, or two settings
 * contradict each other.
 */
export function resolveSettings(texts: SettingTexts): Settings {
  const resolved = Object.fromEntries(
    settingDefinitions.map((definition) => [
      definition.name,
      resolveOne(definition, texts),
    ]),
  ) as Settings;
  const exact = resolved["exact-threshold"].value;
  const similar = resolved["similar-threshold"].value;
  if (
    typeof exact === "number" && typeof similar === "number" && exact > similar
  ) {
    throw new UserError(
      `Cannot use exact-threshold ${exact} with similar-threshold ${similar}: pictures that are the same are also similar.`,
      "Make the exact threshold the smaller of the two.",
      { exitCode: usageExitCode },
    );
  }
  return resolved;
}

/**
 * Takes the settings out of a parsed MediaParser.toml.
 *
 * @throws {UserError} When it holds a key or a type that no setting has.
 */
export function tomlTexts(
  document: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const names = settings.map(({ name }) => name as string);
  const texts: Record<string, string> = {};
  for (const [key, value] of Object.entries(document)) {
    if (!names.includes(key)) {
      throw new UserError(
        `MediaParser.toml has no setting '${key}'.`,
        `Did you mean '${closestString(key, names)}'?`,
        { exitCode: usageExitCode },
      );
    }
    if (!["string", "number", "boolean"].includes(typeof value)) {
      throw new UserError(
        `Cannot use ${key} in MediaParser.toml: it is not a plain value.`,
        `Write it as ${key} = VALUE.`,
        { exitCode: usageExitCode },
      );
    }
    texts[key] = String(value);
  }
  return texts;
}

/** The variables that hand the app its settings; unset ones keep its own defaults. */
export function appVariables(resolved: Settings): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { name, environment, forApp } of settings) {
    const { value } = resolved[name];
    if (forApp && value !== undefined) variables[environment] = String(value);
  }
  return variables;
}
