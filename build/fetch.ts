/**
 * Downloads a file that is only believed when its SHA-256 is right.
 *
 * The bytes go to `<name>.part`, which a later run continues where this one was
 * cut off, and are renamed when they are whole. A server that is slow to answer
 * or goes silent is given up; what may pass is tried again with growing pauses,
 * then the next mirror is asked.
 *
 * @module
 */
import { retry, RetryError } from "@std/async/retry";
import { dirname } from "@std/path";
import { UserError } from "../launcher/user_error.ts";
import { sha256OfFileSync } from "./digest.ts";
import { removeIfThere } from "./workspace.ts";

/** What to download. */
export interface Download {
  /** Addresses of the same bytes, in order of preference. */
  urls: readonly string[];
  /** Where the verified file goes. */
  destination: string;
  /** SHA-256 in lower-case hex. */
  sha256: string;
}

/** How to download. */
export interface FetchOptions {
  /** Ends the download; what came so far stays for the next run. */
  signal?: AbortSignal;
  /** Told after each piece: bytes so far, and of how many where that is known. */
  onProgress?: (received: number, total: number | undefined) => void;
  /** Milliseconds until a server must have answered. @default {10_000} */
  answerTimeout?: number;
  /** Milliseconds that a server may be silent. @default {30_000} */
  silenceTimeout?: number;
  /** How often one address is tried. @default {4} */
  attempts?: number;
  /** Milliseconds before the second attempt; it doubles then. @default {500} */
  pause?: number;
  /** Most bytes that a download may have. @default {1 GiB} */
  maxBytes?: number;
}

/** A server's answer that another attempt will not change. */
class RefusedError extends Error {
  override name = "RefusedError";
}

/** The download is whole, but is not what it should be. */
class WrongHashError extends Error {
  override name = "WrongHashError";
}

/**
 * Downloads, verifies and puts into place.
 *
 * A file that is already at the destination is taken as it is: whoever calls
 * has looked at it.
 *
 * @throws {UserError} If no address gave the right bytes; the message says what each did.
 * @throws The signal's reason, if it aborts.
 */
export async function fetchVerified(
  download: Download,
  options: FetchOptions = {},
): Promise<void> {
  const { destination, sha256, urls } = download;
  Deno.mkdirSync(dirname(destination), { recursive: true });
  const partPath = `${destination}.part`;
  const failures: string[] = [];
  let lastFailure: unknown;
  for (const url of urls) {
    // Another build with the same cache may be at it: its lock is waited for.
    using part = await Deno.open(partPath, {
      create: true,
      read: true,
      write: true,
    });
    await part.lock(true);
    if (exists(destination)) return;
    try {
      await fetchFrom(url, part, partPath, sha256, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      const cause = error instanceof RetryError ? error.cause : error;
      if (!isNetworkFailure(cause)) throw cause;
      failures.push(`${url}: ${firstLine(cause)}`);
      lastFailure = cause;
      continue;
    }
    part.syncSync();
    part.close();
    Deno.renameSync(partPath, destination);
    return;
  }
  throw new UserError(
    `Cannot download '${destination.split(/[\\/]/).at(-1)}' (${
      failures.join("; ")
    }).`,
    "Check the network and run the build again: it goes on where it stopped.",
    { cause: lastFailure },
  );
}

/** Tries one address as often as makes sense, until the part is whole and right. */
async function fetchFrom(
  url: string,
  part: Deno.FsFile,
  partPath: string,
  sha256: string,
  options: FetchOptions,
): Promise<void> {
  let wrongHashes = 0;
  let validator: string | undefined;
  await retry(async () => {
    validator = await receive(url, part, validator, options);
    const found = sha256OfFileSync(partPath);
    if (found === sha256) return;
    part.truncateSync(0);
    validator = undefined;
    wrongHashes++;
    throw new WrongHashError(
      `its SHA-256 is ${found}, which is not the expected ${sha256}`,
    );
  }, {
    maxAttempts: options.attempts ?? 4,
    minTimeout: options.pause ?? 500,
    maxTimeout: 30_000,
    isRetriable: (error) =>
      !options.signal?.aborted && isNetworkFailure(error) &&
      !(error instanceof RefusedError) &&
      // Wrong bytes are fetched once more: then it is the file, not the way here.
      !(error instanceof WrongHashError && wrongHashes > 1) &&
      !isUnreachable(error),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

/**
 * Receives what the part lacks.
 *
 * @returns What the server knows this very file by (its strong ETag), if it says.
 */
async function receive(
  url: string,
  part: Deno.FsFile,
  validator: string | undefined,
  options: FetchOptions,
): Promise<string | undefined> {
  const { maxBytes = 2 ** 30 } = options;
  using watch = new Watch(options.signal);
  watch.expect(options.answerTimeout ?? 10_000, "it does not answer");
  const offset = part.statSync().size;
  const headers = new Headers({ "accept-encoding": "identity" });
  if (offset > 0) {
    headers.set("range", `bytes=${offset}-`);
    if (validator !== undefined) headers.set("if-range", validator);
  }
  try {
    const response = await fetch(url, { headers, signal: watch.signal });
    if (response.status === 416) {
      await response.body?.cancel();
      // Nothing is left to send: either the part is whole, or it is wrong.
      return undefined;
    }
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      const answer = `it answers ${response.status} ${response.statusText}`
        .trimEnd();
      throw response.status >= 500 || response.status === 429 ||
          response.status === 408
        ? new TypeError(answer)
        : new RefusedError(answer);
    }
    let position = continuesAt(response, offset);
    part.truncateSync(position);
    part.seekSync(position, Deno.SeekMode.Start);
    const length = Number(response.headers.get("content-length") ?? NaN);
    const total = Number.isSafeInteger(length) ? position + length : undefined;
    const silence = options.silenceTimeout ?? 30_000;
    watch.expect(silence, "it stopped sending");
    for await (const piece of response.body) {
      watch.expect(silence, "it stopped sending");
      position += piece.length;
      if (position > maxBytes) {
        throw new RefusedError(`it sends more than ${maxBytes} bytes`);
      }
      for (let done = 0; done < piece.length;) {
        done += part.writeSync(piece.subarray(done));
      }
      options.onProgress?.(position, total);
    }
    if (total !== undefined && position < total) {
      throw new TypeError(`it sent ${position} of ${total} bytes`);
    }
    const tag = response.headers.get("etag");
    return tag === null || tag.startsWith("W/") ? undefined : tag;
  } catch (error) {
    options.signal?.throwIfAborted();
    throw watch.signal.aborted ? watch.signal.reason : error;
  }
}

/** Where the response's bytes go: after the part's, or over them. */
function continuesAt(response: Response, offset: number): number {
  if (response.status !== 206) return 0;
  const range = response.headers.get("content-range");
  const start = range?.match(/^bytes (\d+)-/)?.[1];
  if (start !== undefined && Number(start) <= offset) return Number(start);
  throw new RefusedError(`it sends a range that was not asked for: ${range}`);
}

/** A time limit that can be set anew, and an outer signal, as one signal. */
class Watch implements Disposable {
  readonly #controller = new AbortController();
  #timer: number | undefined;
  readonly signal: AbortSignal;

  constructor(outer: AbortSignal | undefined) {
    this.signal = outer === undefined
      ? this.#controller.signal
      : AbortSignal.any([outer, this.#controller.signal]);
  }

  expect(milliseconds: number, otherwise: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.#controller.abort(new TypeError(otherwise)),
      milliseconds,
    );
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

/** Whether the network or the server failed, rather than this machine's disk. */
function isNetworkFailure(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RefusedError ||
    error instanceof WrongHashError ||
    // A connection that is cut while its body comes.
    error instanceof Deno.errors.Http ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.UnexpectedEof;
}

/** Whether there is no way to the host at all, so that waiting is no use. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof TypeError &&
    /dns error|does not answer|unreachable|refused|certificate/i.test(
      `${error.message} ${error.cause ?? ""}`,
    );
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n")[0]!;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Forgets a file that turned out wrong, and what was received of it. */
export function discard(destination: string): void {
  removeIfThere(destination);
  removeIfThere(`${destination}.part`);
}
