/**
 * A worker of the build: does what takes the CPU, one job after another.
 *
 * @module
 */
/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { UserError } from "../launcher/user_error.ts";
import { extractFromTarball, indexZip, packTarball } from "./archive_index.ts";
import { readFullySync, release } from "./content.ts";
import { deflatePiece } from "./deflate.ts";
import { pieceSize, sha256OfFileSync } from "./digest.ts";
import { inspect } from "./inspection.ts";

/** What a worker can do, each with its arguments; all of it can be sent. */
export const jobs = {
  /** SHA-256 of a file. */
  hash: (path: string): string => sha256OfFileSync(path),
  /** SHA-256 and CRC-32 of a file. */
  digest: digestOfFile,
  indexZip,
  packTarball,
  extractFromTarball,
  inspect,
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
    const deflated = deflatePiece(piece, last);
    release(piece);
    return deflated;
  },
};

function digestOfFile(path: string): { sha256: string; crc32: number } {
  using file = Deno.openSync(path);
  const hash = createHash("sha256");
  const piece = new Uint8Array(pieceSize);
  for (let sum = 0;;) {
    const count = file.readSync(piece);
    if (count === null) return { sha256: hash.digest("hex"), crc32: sum };
    hash.update(piece.subarray(0, count));
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
