/**
 * Takes out of a text what a stranger must not see: keys, tokens, the user's
 * name and where the home folder lies.
 *
 * @module
 */

/** What is known to be private on this computer. */
export interface PrivateFacts {
  /** Home folders, as this system writes them. */
  homes: readonly string[];
  /** User and computer names. */
  names: readonly string[];
  /** Keys and tokens. */
  secrets: readonly string[];
}

/** Shorter secrets would blot out words that are none. */
const shortestSecret = 6;

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A home folder in every way it is written: either slash, doubled, any case. */
function homePattern(home: string): RegExp {
  const parts = home.split(/[\\/]+/).filter((part) => part !== "");
  const head = /^[\\/]/.test(home) ? "[\\\\/]+" : "";
  return new RegExp(
    head + parts.map(literally).join("[\\\\/]+") + "(?![\\w-])",
    "gi",
  );
}

/** The text without its private parts. */
export function redact(text: string, facts: PrivateFacts): string {
  let result = text;
  for (const secret of facts.secrets) {
    if (secret.length >= shortestSecret) {
      result = result.replaceAll(secret, "<secret>");
    }
  }
  result = result.replace(
    /\b([A-Z0-9_]*(?:SECRET|TOKEN|PASSWORD|API_KEY)[A-Z0-9_]*\s*[=:]\s*)\S+/gi,
    "$1<secret>",
  );
  // Addresses of files have the same folder in another spelling.
  const homes = facts.homes.flatMap((home) => [
    home,
    encodeURI(home.replaceAll("\\", "/")),
  ]);
  for (const home of homes) {
    if (/[^\\/]/.test(home)) {
      result = result.replace(homePattern(home), "<home>");
    }
  }
  for (const name of facts.names) {
    if (name.length < 3) continue;
    result = result.replace(
      new RegExp(`(?<![\\w-])${literally(name)}(?![\\w-])`, "gi"),
      "<name>",
    );
  }
  return result;
}
