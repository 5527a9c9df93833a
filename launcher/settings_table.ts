/**
 * The one table of settings: the command line, the help text, the environment
 * variables, the settings files and `doctor` all read it.
 *
 * @module
 */

/** How a setting's text becomes a value. */
export type SettingKind = "integer" | "number" | "boolean" | "host";

/** One setting of the launcher or of the app. */
export interface SettingDefinition {
  /** Its flag is `--name`, its key in MediaParser.toml is `name`. */
  name: string;
  kind: SettingKind;
  /** The environment variable, for the launcher and in `.env`. */
  environment: string;
  /** The value where nobody gives one; absent means: the app's own. */
  default?: number | string | boolean;
  /** Inclusive bounds of a number. */
  range?: readonly [number, number];
  /** What the help calls the value, e.g. `SECONDS`. */
  placeholder?: string;
  group: "Starting" | "Processing";
  help: string;
  /** Handed to the app through `environment`. */
  forApp: boolean;
}

/** Every setting, in the order of the help text. */
export const settings = [
  {
    name: "port",
    kind: "integer",
    environment: "MEDIAPARSER_PORT",
    default: 5000,
    range: [1, 65535],
    placeholder: "PORT",
    group: "Starting",
    help: "Port the page is served on",
    forApp: false,
  },
  {
    name: "host",
    kind: "host",
    environment: "MEDIAPARSER_HOST",
    default: "127.0.0.1",
    placeholder: "ADDRESS",
    group: "Starting",
    help: "Address to listen on; other than 127.0.0.1 lets other devices in",
    forApp: false,
  },
  {
    name: "browser",
    kind: "boolean",
    environment: "MEDIAPARSER_BROWSER",
    default: true,
    group: "Starting",
    help: "Open the page in the browser once it answers",
    forApp: false,
  },
  {
    name: "workers",
    kind: "integer",
    environment: "HUEY_WORKERS",
    range: [1, 64],
    placeholder: "NUMBER",
    group: "Processing",
    help: "Files processed side by side",
    forApp: true,
  },
  {
    name: "max-upload-mb",
    kind: "integer",
    environment: "MAX_UPLOAD_MB",
    range: [1, 1_048_576],
    placeholder: "MEGABYTES",
    group: "Processing",
    help: "Largest upload that is accepted",
    forApp: true,
  },
  {
    name: "error-threshold",
    kind: "number",
    environment: "ERROR_THRESHOLD",
    range: [0, 1],
    placeholder: "SHARE",
    group: "Processing",
    help: "Share of failed files, 0 to 1, at which a job stops",
    forApp: true,
  },
  {
    name: "min-valid-year",
    kind: "integer",
    environment: "MIN_VALID_YEAR",
    range: [1800, 2100],
    placeholder: "YEAR",
    group: "Processing",
    help: "Earliest year a date in a file is believed",
    forApp: true,
  },
  {
    name: "ffmpeg-timeout",
    kind: "integer",
    environment: "FFMPEG_TIMEOUT",
    range: [1, 3600],
    placeholder: "SECONDS",
    group: "Processing",
    help: "Time FFmpeg may take for one video",
    forApp: true,
  },
  {
    name: "jpeg-quality",
    kind: "integer",
    environment: "JPEG_QUALITY",
    range: [1, 100],
    placeholder: "QUALITY",
    group: "Processing",
    help: "Quality of thumbnails",
    forApp: true,
  },
  {
    name: "exact-threshold",
    kind: "integer",
    environment: "EXACT_THRESHOLD",
    range: [0, 64],
    placeholder: "BITS",
    group: "Processing",
    help: "Differing hash bits up to which two pictures are the same",
    forApp: true,
  },
  {
    name: "similar-threshold",
    kind: "integer",
    environment: "SIMILAR_THRESHOLD",
    range: [0, 64],
    placeholder: "BITS",
    group: "Processing",
    help: "Differing hash bits up to which two pictures are similar",
    forApp: true,
  },
  {
    name: "sqlite-timeout",
    kind: "integer",
    environment: "SQLITE_BUSY_TIMEOUT_MS",
    range: [0, 600_000],
    placeholder: "MILLISECONDS",
    group: "Processing",
    help: "Time to wait for a locked database",
    forApp: true,
  },
] as const satisfies readonly SettingDefinition[];

/** The name of a setting. */
export type SettingName = (typeof settings)[number]["name"];

/** The settings by their plain type, for code that treats all alike. */
export const settingDefinitions: readonly SettingDefinition[] = settings;

/** A setting's value. */
export type SettingValue = number | string | boolean;

const truths: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["yes", true],
  ["on", true],
  ["1", true],
  ["false", false],
  ["no", false],
  ["off", false],
  ["0", false],
]);

/** What a setting accepts, as it reads after "it must be". */
export function describeAccepted(definition: SettingDefinition): string {
  const [low, high] = definition.range ?? [-Infinity, Infinity];
  switch (definition.kind) {
    case "integer":
      return `a whole number from ${low} to ${high}`;
    case "number":
      return `a number from ${low} to ${high}`;
    case "boolean":
      return "true or false";
    case "host":
      return "an IP address or host name without port or scheme";
    default:
      return definition.kind satisfies never;
  }
}

/**
 * Reads a setting's value from text.
 *
 * @returns The value, or undefined where the text is none.
 */
export function parseSettingValue(
  definition: SettingDefinition,
  text: string,
): SettingValue | undefined {
  const trimmed = text.trim();
  switch (definition.kind) {
    case "integer":
    case "number": {
      const form = definition.kind === "integer"
        ? /^-?\d{1,15}$/
        : /^-?(\d{1,15}(\.\d*)?|\.\d+)$/;
      if (!form.test(trimmed)) return undefined;
      const value = Number(trimmed);
      const [low, high] = definition.range ?? [-Infinity, Infinity];
      return value >= low && value <= high ? value : undefined;
    }
    case "boolean":
      return truths.get(trimmed.toLowerCase());
    case "host": {
      const bare = trimmed.replace(/^\[(.*)\]$/, "$1");
      const name =
        /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;
      // No zone (fe80::1%eth0): a page's address cannot hold one.
      const ipv6 = /^[0-9a-f:]*:[0-9a-f:.]*$/i;
      return name.test(bare) || ipv6.test(bare) ? bare : undefined;
    }
    default:
      return definition.kind satisfies never;
  }
}
