/**
 * What every command needs to know of the installation it works on.
 *
 * @module
 */
import { dirname, fromFileUrl, join } from "@std/path";
import { existsSync } from "@std/fs/exists";
import { parse as parseToml } from "@std/toml/parse";
import { readDotenv } from "./dotenv.ts";
import { findLayout, type Layout } from "./layout.ts";
import { type Manifest, parseManifest } from "./manifest.ts";
import { resolveSettings, type Settings, tomlTexts } from "./settings.ts";
import { settingDefinitions } from "./settings_table.ts";
import { UserError } from "./user_error.ts";
import { placeVariables, readVariables } from "./variables.ts";

/** The name of the settings file beside the launcher. */
export const tomlName = "MediaParser.toml";

/** Finds the installation the launcher belongs to, or the one given with `--app`. */
export function currentLayout(app: string | undefined): Layout {
  return findLayout({
    ...(app === undefined ? {} : { app }),
    standalone: Deno.build.standalone,
    executable: Deno.execPath(),
    sources: dirname(fromFileUrl(import.meta.url)),
    windows: Deno.build.os === "windows",
    environment: readVariables(placeVariables),
    exists: existsSync,
  });
}

/** The bundle's manifest; undefined for a checkout. */
export async function readManifest(
  layout: Layout,
): Promise<Manifest | undefined> {
  if (layout.manifest === undefined) return undefined;
  try {
    return parseManifest(await Deno.readTextFile(layout.manifest));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new UserError(
        "MediaParser is not complete: 'manifest.json' is missing.",
        "Unzip MediaParser again over this folder; your data stays.",
        { cause: error },
      );
    }
    throw error;
  }
}

async function readToml(path: string): Promise<Record<string, string>> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw new UserError(
      `Cannot read '${path}'.`,
      "Make it a UTF-8 text file that you may read, or delete it.",
      { cause: error },
    );
  }
  let document: Record<string, unknown>;
  try {
    // Windows' editors like to begin a file with a byte order mark.
    document = parseToml(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    // The parser quotes the line with its end.
    const where = (error instanceof Error ? error.message : String(error))
      .replaceAll(/\s+/g, " ").replace(/\.? ?$/, "");
    throw new UserError(
      `Cannot use '${path}': ${where}.`,
      "Write one setting a line, for instance port = 5000.",
      { cause: error, exitCode: 2 },
    );
  }
  return tomlTexts(document);
}

/**
 * Resolves the settings of an installation.
 *
 * @throws {UserError} When one of them cannot be used.
 */
export async function readSettings(
  layout: Layout,
  flags: Readonly<Record<string, string>>,
): Promise<Settings> {
  return resolveSettings({
    flags,
    environment: readVariables(
      settingDefinitions.map(({ environment }) => environment),
    ),
    toml: await readToml(join(layout.root, tomlName)),
    dotenv: await readDotenv(layout.dotenv),
  });
}

/** The app's version: the manifest's, or the checkout's own. */
export async function appVersion(
  layout: Layout,
  manifest: Manifest | undefined,
): Promise<string> {
  if (manifest !== undefined) return manifest.app.version;
  const source = await Deno.readTextFile(
    join(layout.root, "app", "__init__.py"),
  ).catch(() => "");
  return versionInSource(source) ?? "0.0.0";
}

/** The version a Python source declares: `__version__ = "1.2.3"`. */
export function versionInSource(source: string): string | undefined {
  return source.match(
    /^__version__(?:\s*:\s*\w+)?\s*=\s*["']([^"']+)["']/m,
  )?.[1];
}
