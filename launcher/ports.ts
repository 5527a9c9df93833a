/**
 * Which port the page can be served on.
 *
 * @module
 */
import { UserError } from "./user_error.ts";

/** What trying to listen on a port showed. */
export type PortState =
  | "free"
  | "in-use"
  | "reserved"
  | "needs-rights"
  | "no-such-address";

/** Windows' WSAEACCES: reserved by Windows, or held exclusively. */
const accessDenied = 10013;

/**
 * Tells what an error of listening means.
 *
 * @throws The error itself, when it is of another kind.
 */
export function classifyListenError(error: unknown): PortState {
  if (error instanceof Deno.errors.AddrInUse) return "in-use";
  if (error instanceof Deno.errors.AddrNotAvailable) return "no-such-address";
  if (error instanceof Error) {
    if (error.message.includes(`os error ${accessDenied}`)) return "reserved";
    if (error instanceof Deno.errors.PermissionDenied) return "needs-rights";
    if (/lookup|resolve|No such host/i.test(error.message)) {
      return "no-such-address";
    }
  }
  throw error;
}

/** Tries to listen on a port, and lets go of it. */
export function tryPort(hostname: string, port: number): PortState {
  try {
    Deno.listen({ hostname, port }).close();
    return "free";
  } catch (error) {
    return classifyListenError(error);
  }
}

/** Who holds a port, where the system tells. */
export interface PortOwner {
  pid: number;
  name?: string;
}

/** What {@linkcode choosePort} needs. */
export interface PortChoice {
  host: string;
  port: number;
  /** True when the user asked for this very port. */
  given: boolean;
  tryPort: (host: string, port: number) => PortState;
  owner: (port: number) => PortOwner | undefined;
}

/** A port to serve on, and why it is not the one wanted. */
export interface ChosenPort {
  port: number;
  note?: string;
}

/** How many ports after the wanted one are tried. */
const triedPorts = 50;

function ownerText(owner: PortOwner | undefined): string {
  if (owner === undefined) return "another program";
  return owner.name === undefined
    ? `another program (process ${owner.pid})`
    : `${owner.name} (process ${owner.pid})`;
}

function problemText(state: PortState, choice: PortChoice): string {
  const { port, host, owner } = choice;
  switch (state) {
    case "in-use":
      return `Port ${port} is in use by ${ownerText(owner(port))}.`;
    case "reserved": {
      // The same error stands for a port that somebody holds exclusively.
      const holder = owner(port);
      return holder === undefined
        ? `Port ${port} is reserved by Windows.`
        : `Port ${port} is in use by ${ownerText(holder)}.`;
    }
    case "needs-rights":
      return `Port ${port} may only be used by an administrator.`;
    case "no-such-address":
      return `This computer has no address '${host}'.`;
    default:
      return `Port ${port} cannot be used.`;
  }
}

/**
 * Chooses the port: the wanted one, or the next free one after it.
 *
 * @throws {UserError} When the port was asked for and cannot be had, or there
 * is no such address, or none of the ports tried is free.
 */
export function choosePort(choice: PortChoice): ChosenPort {
  const state = choice.tryPort(choice.host, choice.port);
  if (state === "free") return { port: choice.port };
  const problem = problemText(state, choice);
  if (state === "no-such-address") {
    throw new UserError(
      problem,
      "Use --host 127.0.0.1, or an address of this computer.",
    );
  }
  const last = Math.min(choice.port + triedPorts, 65535);
  for (let port = choice.port + 1; port <= last; port++) {
    if (choice.tryPort(choice.host, port) !== "free") continue;
    if (choice.given) {
      throw new UserError(problem, `Try --port ${port}, which is free.`);
    }
    return { port, note: `${problem} Using port ${port} instead.` };
  }
  throw new UserError(problem, "Choose another one with --port.");
}
