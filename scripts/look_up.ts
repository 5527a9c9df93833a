/**
 * Asks hosts and registries what is newest.
 *
 * @module
 */
import { CommandError, run } from "../build/subprocess.ts";
import { findCommand } from "../build/find_command.ts";

/** How long a host has to answer. */
const patience = 20_000;

/** A host that gave no answer. */
export class Unreachable extends Error {}

/**
 * Asks for an address; its host has to begin its answer in time.
 *
 * @throws {Unreachable} If it gives none, or not the page.
 */
export async function get(url: string): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), patience);
  try {
    const response = await fetch(url, { signal: late.signal });
    if (response.ok) return response;
    await response.body?.cancel();
    throw new Unreachable(`${new URL(url).host} answers ${response.status}`);
  } catch (cause) {
    const isNetwork = cause instanceof TypeError ||
      cause instanceof DOMException;
    if (!isNetwork) throw cause;
    throw new Unreachable(`${new URL(url).host} cannot be reached`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** What npm says is the newest version of a package. */
export async function newestOnNpm(name: string): Promise<string> {
  const args = ["view", name, "version", "--loglevel=error"];
  const remedy = "Install Node.js, which brings npm.";
  return (await run(findCommand("npm"), args, { remedy })).trim();
}

/** What JSR says is the newest version of a package. */
export async function newestOnJsr(name: string): Promise<string> {
  const answer = await (await get(`https://jsr.io/${name}/meta.json`)).json();
  return (answer as { latest: string }).latest;
}

/** Runs a look-up; a host that cannot be reached is a finding, not a failure. */
export async function attempt<T>(
  look: () => Promise<T>,
  otherwise: (reason: string) => T,
): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Unreachable) {
      return otherwise(`${error.message}; the pin stays`);
    }
    if (error instanceof CommandError) {
      return otherwise(`the registry gave no answer; the pin stays`);
    }
    throw error;
  }
}
