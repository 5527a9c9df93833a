/**
 * One running MediaParser per folder: a lock that ends with its process, and a
 * record by which other launchers find the one that holds it.
 *
 * @module
 */
import { join } from "@std/path";
import { directClient } from "./direct_client.ts";
import { freshKey } from "./dotenv.ts";
import type { Layout } from "./layout.ts";
import { settlesWithin } from "./settled.ts";

/** What a running launcher tells others. */
export interface InstanceRecord {
  pid: number;
  version: string;
  /** Port of the control server on 127.0.0.1. */
  control: number;
  /** What the control server wants to see. */
  token: string;
  /** The page's address, once it is served. */
  url?: string;
}

const lockPath = (layout: Layout) => join(layout.instance, "launcher.lock");
const recordPath = (layout: Layout) => join(layout.instance, "launcher.json");

/** The lock on one installation's folder. */
export class InstanceLock implements Disposable {
  private constructor(
    private readonly file: Deno.FsFile,
    private readonly layout: Layout,
  ) {}

  /** Takes the lock; undefined where another process holds it. */
  static take(layout: Layout): InstanceLock | undefined {
    Deno.mkdirSync(layout.instance, { recursive: true });
    const file = Deno.openSync(lockPath(layout), { write: true, create: true });
    if (!file.tryLockSync(true)) {
      file.close();
      return undefined;
    }
    const lock = new InstanceLock(file, layout);
    // What a launcher that was killed has left.
    lock.#forget();
    return lock;
  }

  /** Publishes the record. */
  publish(record: InstanceRecord): void {
    const path = recordPath(this.layout);
    Deno.writeTextFileSync(`${path}.part`, JSON.stringify(record), {
      mode: 0o600,
    });
    Deno.renameSync(`${path}.part`, path);
  }

  #forget(): void {
    try {
      Deno.removeSync(recordPath(this.layout));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Takes the record back and lets go of the lock. */
  [Symbol.dispose](): void {
    this.#forget();
    this.file.close();
  }
}

/** Tells whether a process holds the lock now. */
export function isLocked(layout: Layout): boolean {
  try {
    using file = Deno.openSync(lockPath(layout), { write: true });
    return !file.tryLockSync(true);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The record of the launcher that holds the lock; undefined where there is none. */
export function readRecord(layout: Layout): InstanceRecord | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(recordPath(layout)));
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound || error instanceof SyntaxError
    ) return undefined;
    throw error;
  }
}

/** What the control server may be asked for. */
export type ControlRequest = "stop";

/** A running control server. */
export interface ControlServer extends AsyncDisposable {
  port: number;
  token: string;
}

/**
 * Answers other launchers of this computer: POST /stop with the token.
 *
 * @param onRequest Called for each request that carries the token.
 */
export function serveControl(
  onRequest: (request: ControlRequest) => void,
): ControlServer {
  const token = freshKey();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
  }, (request) => {
    if (request.headers.get("authorization") !== `Bearer ${token}`) {
      return new Response("Forbidden\n", { status: 403 });
    }
    if (
      request.method !== "POST" || new URL(request.url).pathname !== "/stop"
    ) {
      return new Response("Not found\n", { status: 404 });
    }
    onRequest("stop");
    return new Response("Stopping\n", { status: 202 });
  });
  return {
    port: server.addr.port,
    token,
    // An idle connection of a client must not hold up the end.
    [Symbol.asyncDispose]: async () => {
      await settlesWithin(server.shutdown(), 200);
    },
  };
}

/** Sends a request to the launcher a record tells of; false where none answers. */
export async function requestControl(
  record: InstanceRecord,
  request: ControlRequest,
): Promise<boolean> {
  try {
    const url = `http://127.0.0.1:${record.control}/${request}`;
    using client = directClient(url);
    const response = await fetch(url, {
      client,
      method: "POST",
      headers: { authorization: `Bearer ${record.token}` },
      signal: AbortSignal.timeout(5_000),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
