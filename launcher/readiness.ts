/**
 * Waiting for the server to answer.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { directClient } from "./direct_client.ts";

/** How {@linkcode waitUntilReady} waits. */
export interface ReadinessOptions {
  /** Ends the waiting early. */
  signal: AbortSignal;
  /** Milliseconds between two looks. @default {20} */
  interval?: number;
  /** Milliseconds after which it gives up. @default {30_000} */
  timeout?: number;
}

/** The address a browser on this computer reaches `host` by. */
export function pageUrl(host: string, port: number): string {
  const wildcards = new Map([["0.0.0.0", "127.0.0.1"], ["::", "::1"]]);
  const name = wildcards.get(host) ?? host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}/`;
}

/**
 * Waits until the page is served without a server error.
 *
 * @returns `ready`, `timeout`, or `aborted`.
 */
export async function waitUntilReady(
  url: string,
  options: ReadinessOptions,
): Promise<"ready" | "timeout" | "aborted"> {
  const { signal, interval = 20, timeout = 30_000 } = options;
  const end = performance.now() + timeout;
  using client = directClient(url);
  while (performance.now() < end) {
    if (signal.aborted) return "aborted";
    if (await answers(url, client, signal)) return "ready";
    try {
      await delay(interval, { signal });
    } catch {
      return "aborted";
    }
  }
  return "timeout";
}

async function answers(
  url: string,
  client: Deno.HttpClient,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const response = await fetch(url, {
      client,
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]),
    });
    await response.body?.cancel();
    return response.status < 500;
  } catch {
    return false;
  }
}
