/**
 * The installation's own `.env`: read for settings, made at first run with a
 * SECRET_KEY that no other installation has, and never changed after.
 *
 * @module
 */
import { parseEnv } from "node:util";
import { encodeHex } from "@std/encoding/hex";
import { UserError } from "./user_error.ts";

/** The shortest SECRET_KEY that is not taken for a mistake, in characters. */
const shortestKey = 16;

/** Values that examples carry, which anybody could know. */
const publicKeys = /^(change[-_ ]?me|your[-_ ]|secret|dev$|example)/i;

/** What to do about a `.env` with this text (undefined: there is no file). */
export type DotenvPlan =
  | { action: "keep" }
  | { action: "write"; text: string }
  | { action: "refuse"; problem: string };

/** What Windows' editors like to begin a file with, and python-dotenv takes for a part of the first name. */
const byteOrderMark = "\uFEFF";

const newline = (text: string) =>
  text === "" || text.endsWith("\n") ? "" : "\n";

/**
 * Decides what becomes of `.env`. Only a file without any SECRET_KEY, or one
 * whose first line the app could not read, is written to, and what it holds is
 * kept.
 *
 * @param content The file's text, or undefined where there is none.
 * @param key A fresh key.
 */
export function planDotenv(
  content: string | undefined,
  key: string,
): DotenvPlan {
  if (content === undefined) {
    return {
      action: "write",
      text: [
        "# Made at first start. SECRET_KEY signs this installation's sessions:",
        "# keep it to yourself, and keep it when you move or update MediaParser.",
        `SECRET_KEY=${key}`,
        "",
      ].join("\n"),
    };
  }
  const text = withoutMark(content);
  if (text.includes("\0")) {
    return { action: "refuse", problem: "it is not a text file" };
  }
  const present = parseEnv(text).SECRET_KEY;
  if (present === undefined || present === "") {
    const others = text.split("\n").filter((line) =>
      !/^\s*(export\s+)?SECRET_KEY\s*=/.test(line)
    ).join("\n");
    return {
      action: "write",
      text: `${others}${newline(others)}SECRET_KEY=${key}\n`,
    };
  }
  if (publicKeys.test(present)) {
    return {
      action: "refuse",
      problem: "its SECRET_KEY is the one of an example, which everybody knows",
    };
  }
  if (present.length < shortestKey) {
    return {
      action: "refuse",
      problem: `its SECRET_KEY is shorter than ${shortestKey} characters`,
    };
  }
  return text === content ? { action: "keep" } : { action: "write", text };
}

function withoutMark(text: string): string {
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

/** A key of 256 random bits, in hex. */
export function freshKey(): string {
  return encodeHex(crypto.getRandomValues(new Uint8Array(32)));
}

function refusal(path: string, problem: string, cause?: unknown): UserError {
  return new UserError(
    `Cannot use '${path}': ${problem}.`,
    "Correct the line SECRET_KEY=… in it, or delete the file: the next start makes a new one (everybody has to sign in again).",
    { cause },
  );
}

/** The file's text; undefined where there is none. */
async function readText(path: string): Promise<string | undefined> {
  try {
    const bytes = await Deno.readFile(path);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof TypeError) {
      throw refusal(path, "it is not UTF-8 text", error);
    }
    throw refusal(path, "it cannot be read", error);
  }
}

/** The variables in `.env`; none where there is no file. */
export async function readDotenv(
  path: string,
): Promise<Record<string, string>> {
  const text = await readText(path);
  if (text === undefined) return {};
  const variables = Object.entries(parseEnv(withoutMark(text)));
  return Object.fromEntries(
    variables.map(([name, value]) => [name, value ?? ""]),
  );
}

/**
 * Makes sure that `.env` holds a SECRET_KEY.
 *
 * @throws {UserError} When the file is there but of no use.
 */
export async function ensureDotenv(path: string): Promise<void> {
  const plan = planDotenv(await readText(path), freshKey());
  switch (plan.action) {
    case "keep":
      return;
    case "refuse":
      throw refusal(path, plan.problem);
    case "write": {
      const part = `${path}.part`;
      await Deno.writeTextFile(part, plan.text, { mode: 0o600 });
      await Deno.rename(part, path);
      return;
    }
    default:
      plan satisfies never;
  }
}
