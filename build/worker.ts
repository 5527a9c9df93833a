/**
 * A worker of the build: does what takes the CPU, one job after another.
 *
 * @module
 */
/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
import { crc32 } from "node:zlib";
import { UserError } from "../launcher/user_error.ts";
import {
  extractFromTarball,
  indexZip,
  packTarball,
  tryReadPortableExecutable,
} from "./archive_index.ts";
import { readFullySync } from "./content.ts";
import { deflatePiece } from "./deflate.ts";
import { sha256OfFileSync } from "./digest.ts";
import type { PortableExecutable } from "./portable_executable.ts";

/** What a worker can do, each with its arguments; all of it can be sent. */
export const jobs = {
  /** SHA-256 of a file. */
  hash: (path: string): string => sha256OfFileSync(path),
  /** CRC-32 of a file. */
  checksum: checksumOfFile,
  /** What a program or DLL loads, or why that could not be read. */
  readImports: (path: string): PortableExecutable | string =>
    tryReadPortableExecutable(Deno.readFileSync(path)),
  indexZip,
  packTarball,
  extractFromTarball,
  /** Deflates a piece of a file. */
  deflatePiece: (
    path: string,
    offset: number,
    length: number,
    last: boolean,
  ): Uint8Array<ArrayBuffer> => {
    using file = Deno.openSync(path);
    const piece = new Uint8Array(length);
    readFullySync(file, offset, piece);
    return deflatePiece(piece, last);
  },
};

function checksumOfFile(path: string): number {
  using file = Deno.openSync(path);
  const piece = new Uint8Array(1 << 20);
  for (let sum = 0;;) {
    const count = file.readSync(piece);
    if (count === null) return sum;
    sum = crc32(piece.subarray(0, count), sum);
  }
}

/** The jobs by name. */
export type Jobs = typeof jobs;

/** A job as it is sent to a worker. */
export interface JobRequest {
  name: keyof Jobs;
  args: unknown[];
}

/** A worker's answer. */
export type JobAnswer =
  | { result: unknown }
  | { userError: { happened: string; remedy: string } }
  | { error: unknown; code?: string | undefined };

/** Does a job and answers; nothing is thrown. */
async function answer({ name, args }: JobRequest): Promise<JobAnswer> {
  try {
    const job = jobs[name] as (...args: unknown[]) => unknown;
    return { result: await job(...args) };
  } catch (error) {
    if (error instanceof UserError) {
      const { happened, remedy } = error;
      return { userError: { happened, remedy } };
    }
    const code = (error as { code?: unknown }).code;
    return { error, code: typeof code === "string" ? code : undefined };
  }
}

// The module is also imported for its types, and by tests.
if (typeof WorkerGlobalScope !== "undefined") {
  self.onmessage = async (event: MessageEvent<JobRequest>) => {
    const message = await answer(event.data);
    const bytes = "result" in message && message.result instanceof Uint8Array
      ? [message.result.buffer as ArrayBuffer]
      : [];
    self.postMessage(message, bytes);
  };
}
