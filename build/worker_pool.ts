/**
 * Hands jobs to as many workers as there are cores.
 *
 * @module
 */
import { UserError } from "../launcher/user_error.ts";
import type { JobAnswer, JobRequest, Jobs } from "./worker.ts";

/** Jobs that leave memory behind which only the end of their worker gives back. */
const lastJobs: ReadonlySet<keyof Jobs> = new Set(["deflateAndInspect"]);

/** A job that waits for its turn, or for its answer. */
interface PendingJob {
  request: JobRequest;
  urgent: boolean;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** Something that does jobs. */
export interface JobRunner {
  /**
   * Does a job in a worker.
   *
   * @throws What the job throws.
   */
  run<Name extends keyof Jobs>(
    name: Name,
    ...args: Parameters<Jobs[Name]>
  ): Promise<Awaited<ReturnType<Jobs[Name]>>>;
}

/** Workers that start with the first job and end with the pool. */
export class WorkerPool implements JobRunner, Disposable {
  /** The same workers, for jobs that others wait for: they come first. */
  readonly urgent: JobRunner = {
    run: (name, ...args) => this.#enqueue(name, args, true),
  };

  readonly #urgent: PendingJob[] = [];
  readonly #waiting: PendingJob[] = [];
  readonly #idle: Worker[] = [];
  readonly #workers: Worker[] = [];
  readonly #running = new Map<Worker, PendingJob>();
  #reserved = 0;

  /** @param size How many workers there may be; more take memory and gain little. */
  constructor(
    readonly size: number = Math.min(navigator.hardwareConcurrency, 4),
  ) {}

  run<Name extends keyof Jobs>(
    name: Name,
    ...args: Parameters<Jobs[Name]>
  ): Promise<Awaited<ReturnType<Jobs[Name]>>> {
    return this.#enqueue(name, args, false);
  }

  #enqueue<Result>(
    name: keyof Jobs,
    args: unknown[],
    urgent: boolean,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      const job: PendingJob = {
        request: { name, args },
        urgent,
        resolve: resolve as (result: unknown) => void,
        reject,
      };
      (urgent ? this.#urgent : this.#waiting).push(job);
      this.#next();
    });
  }

  /**
   * Keeps a worker, where there are several, for urgent jobs alone: whoever asks
   * for those has another program at work in between, which wants that core.
   *
   * @param done Until when; whether it fails or not.
   */
  reserve(done: Promise<unknown>): void {
    this.#reserved++;
    const end = (): void => {
      this.#reserved--;
      this.#next();
    };
    done.then(end, end);
  }

  #next(): void {
    for (let job = this.#take(); job !== undefined; job = this.#take()) {
      const worker = this.#idle.pop() ?? this.#start();
      this.#running.set(worker, job);
      worker.postMessage(job.request);
    }
  }

  /** The job whose turn it is, if there is a worker for it. */
  #take(): PendingJob | undefined {
    const running = [...this.#running.values()];
    if (running.length >= this.size) return undefined;
    const urgent = this.#urgent.shift();
    if (urgent !== undefined) return urgent;
    const free = Math.max(1, this.size - this.#reserved);
    return running.filter((job) => !job.urgent).length < free
      ? this.#waiting.shift()
      : undefined;
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
    });
    this.#workers.push(worker);
    worker.onmessage = (event: MessageEvent<JobAnswer>) => {
      const job = this.#running.get(worker)!;
      this.#running.delete(worker);
      if (lastJobs.has(job.request.name)) this.#end(worker);
      else this.#idle.push(worker);
      this.#next();
      const answer = event.data;
      if ("result" in answer) job.resolve(answer.result);
      else if ("userError" in answer) {
        const { happened, remedy } = answer.userError;
        job.reject(new UserError(happened, remedy));
      } else {
        // A copied error loses its code, by which a full disk is known.
        job.reject(Object.assign(answer.error as Error, { code: answer.code }));
      }
    };
    worker.onerror = (event) => {
      event.preventDefault();
      const job = this.#running.get(worker);
      job?.reject(new Error(`A worker failed: ${event.message}`));
    };
    return worker;
  }

  /** Ends a worker; another one takes its place with the next job. */
  #end(worker: Worker): void {
    worker.terminate();
    this.#workers.splice(this.#workers.indexOf(worker), 1);
  }

  [Symbol.dispose](): void {
    for (const worker of this.#workers) worker.terminate();
  }
}
