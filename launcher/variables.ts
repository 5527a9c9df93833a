/**
 * Every environment variable that the launcher reads. The compiled launcher may
 * read these and no others.
 *
 * @module
 */
import { settingDefinitions } from "./settings_table.ts";

/** Which Python runs a checkout. */
export const placeVariables: readonly string[] = [
  "MEDIAPARSER_PYTHON",
  "VIRTUAL_ENV",
];

/** The folders OneDrive keeps in sync. */
export const cloudVariables: readonly string[] = [
  "OneDrive",
  "OneDriveConsumer",
  "OneDriveCommercial",
];

/** What names the user, the computer and the home folder; taken out of reports. */
export const privateVariables: readonly string[] = [
  "HOME",
  "USERPROFILE",
  "USER",
  "USERNAME",
  "COMPUTERNAME",
  "USERDOMAIN",
];

/** Where programs and Windows are, and what kind of session this is. */
const systemVariables: readonly string[] = [
  "PATH",
  "SystemRoot",
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "MEDIAPARSER_BAT",
];

/** All of them. */
export const readableVariables: readonly string[] = [
  ...settingDefinitions.map(({ environment }) => environment),
  ...placeVariables,
  ...cloudVariables,
  ...privateVariables,
  ...systemVariables,
];

/** The variables of `names` that are set. */
export function readVariables(
  names: readonly string[],
): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const name of names) {
    const value = Deno.env.get(name);
    if (value !== undefined) variables[name] = value;
  }
  return variables;
}
