/**
 * Finds out from Linux' /proc who listens on a port.
 *
 * @module
 */
import type { PortOwner } from "./ports.ts";

/** The state of a listening socket in /proc/net/tcp. */
const listening = "0A";

/**
 * The sockets that listen on a port.
 *
 * @param table The text of /proc/net/tcp or /proc/net/tcp6.
 * @returns Their inode numbers.
 */
export function listeningSockets(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return table.split("\n").slice(1).flatMap((line) => {
    // sl, local address, remote address, state, …, inode as the tenth
    const fields = line.trim().split(/\s+/);
    const [, local, , state] = fields;
    const inode = fields[9];
    return local?.endsWith(`:${wanted}`) && state === listening && inode
      ? [inode]
      : [];
  });
}

/** What `read` gives; undefined where the file is gone or not ours to see. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function holdsSocket(pid: string, links: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  const descriptors = attempt(() => [...Deno.readDirSync(folder)]) ?? [];
  return descriptors.some(({ name }) => {
    const link = attempt(() => Deno.readLinkSync(`${folder}/${name}`));
    return link !== undefined && links.has(link);
  });
}

/** The process that listens on a port; undefined where there is none, or it is another user's. */
export function findPortOwner(port: number): PortOwner | undefined {
  const sockets = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) =>
    listeningSockets(attempt(() => Deno.readTextFileSync(path)) ?? "", port)
  );
  if (sockets.length === 0) return undefined;
  const links = new Set(sockets.map((inode) => `socket:[${inode}]`));
  const processes = attempt(() => [...Deno.readDirSync("/proc")]) ?? [];
  for (const { name: pid } of processes) {
    if (!/^\d+$/.test(pid) || !holdsSocket(pid, links)) continue;
    const name = attempt(() => Deno.readTextFileSync(`/proc/${pid}/comm`))
      ?.trim();
    return { pid: Number(pid), ...(name ? { name } : {}) };
  }
  return undefined;
}
