/**
 * A worker of the build: does what takes the CPU, one job after another.
 *
 * @module
 */
/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
import { UserError } from "../launcher/user_error.ts";
import {
  extractFromTarball,
  extractFromZip,
  packTarball,
} from "./archive_index.ts";
import { sha256OfFileSync } from "./digest.ts";
import { deflateAndInspect, indexAndInspect, inspect } from "./inspection.ts";

/** What a worker can do, each with its arguments; all of it can be sent. */
export const jobs = {
  /** SHA-256 of a file. */
  hash: (path: string): string => sha256OfFileSync(path),
  indexZip: indexAndInspect,
  packTarball,
  extractFromTarball,
  extractFromZip,
  inspect,
  deflateAndInspect,
};

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
    self.postMessage(await answer(event.data));
  };
}
