/**
 * The two processes of the app, watched and ended together.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import type { AppProcess } from "./app_process.ts";
import type { Console } from "./console.ts";
import { decideRestart, failureLimit } from "./restart_policy.ts";

/** How everything came to its end. */
export type Outcome =
  | { kind: "stopped"; forced: boolean }
  | { kind: "server-ended"; code: number; lastLines: string[] };

/** What a {@linkcode Supervisor} needs. */
export interface SupervisorOptions {
  /** Starts a worker; with `wait` it pauses until it is sent `go`. */
  startWorker: (wait: boolean) => AppProcess;
  /** Starts the server, which is told the worker's process id. */
  startServer: (workerPid: number, wait: boolean) => AppProcess;
  console: Pick<Console, "say" | "warn" | "fail">;
  /** Ends what the processes left behind, once they are gone. */
  endDescendants: () => void;
}

/**
 * Starts the worker, then the server with the worker's process id, restarts a
 * worker that died, and ends both: gracefully first, then by force.
 */
export class Supervisor {
  #worker: AppProcess | undefined;
  #server: AppProcess | undefined;
  #workerFailures: number[] = [];
  #stopping: Promise<boolean> | undefined;
  readonly #forced = Promise.withResolvers<void>();
  readonly #outcome = Promise.withResolvers<Outcome>();
  readonly #cancelRestart = new AbortController();

  /** Milliseconds the processes get to end by themselves. */
  patience = 5_000;

  /** @param options What it needs. */
  constructor(private readonly options: SupervisorOptions) {}

  /** Settles once, when both processes are gone. */
  get outcome(): Promise<Outcome> {
    return this.#outcome.promise;
  }

  /** True from the moment an end was asked for or came by itself. */
  get ending(): boolean {
    return this.#stopping !== undefined;
  }

  /** The ids of the processes that run now. */
  get pids(): { server?: number; worker?: number } {
    return {
      ...(this.#server && { server: this.#server.pid }),
      ...(this.#worker && { worker: this.#worker.pid }),
    };
  }

  /**
   * Starts both. The worker waits for {@linkcode settle}.
   *
   * @param wait True to have the server load its modules and wait for {@linkcode go}.
   */
  start(wait: boolean): void {
    this.#worker = this.options.startWorker(true);
    this.#watchWorker(this.#worker);
    this.#server = this.options.startServer(this.#worker.pid, wait);
    this.#watchServer(this.#server);
  }

  /** Lets a server that was started with `wait` go on. */
  async go(): Promise<void> {
    await this.#server?.send("go");
  }

  /** Tells the server that its start is over, and lets the worker begin. */
  async settle(): Promise<void> {
    await Promise.all([
      this.#server?.send("settled"),
      this.#worker?.send("go"),
    ]);
  }

  /** Ends both gracefully. Asking twice is as good as once. */
  stop(): void {
    if (this.#stopping) return;
    this.#endAll().then((forced) =>
      this.#outcome.resolve({ kind: "stopped", forced })
    );
  }

  /** Ends both at once. */
  force(): void {
    this.#forced.resolve();
    this.stop();
  }

  #watchServer(server: AppProcess): void {
    server.ended.then(async ({ code }) => {
      this.#server = undefined;
      if (this.#stopping) return;
      const lastLines = server.lastLines();
      await this.#endAll();
      this.#outcome.resolve({ kind: "server-ended", code, lastLines });
    });
  }

  #watchWorker(worker: AppProcess): void {
    worker.ended.then(async ({ code }) => {
      this.#worker = undefined;
      await this.#replaceWorker(`exit code ${code}`, worker.lastLines());
    });
  }

  /** Starts another worker after a pause, or gives it up. */
  async #replaceWorker(reason: string, lastLines: string[]): Promise<void> {
    if (this.#stopping) return;
    const { console } = this.options;
    this.#workerFailures.push(performance.now());
    const decision = decideRestart(this.#workerFailures);
    if (decision.action === "give-up") {
      console.fail(
        `The worker ended ${failureLimit} times within a minute, the last time with ${reason}; its last lines were:`,
      );
      for (const line of lastLines) console.fail(`  ${line}`);
      console.fail(
        "Uploads wait until it runs again: mend what the lines say, then restart MediaParser.",
      );
      return;
    }
    console.warn(
      `The worker ended by itself (${reason}). Starting it again.`,
    );
    try {
      await delay(decision.pause, { signal: this.#cancelRestart.signal });
    } catch {
      return;
    }
    let next: AppProcess;
    try {
      next = this.options.startWorker(false);
    } catch (error) {
      // Too little memory, or a scanner that took Python away: the server and
      // what it is doing must not end for that.
      const message = error instanceof Error ? error.message : String(error);
      return await this.#replaceWorker(`the error '${message}'`, lastLines);
    }
    this.#worker = next;
    this.#watchWorker(next);
    // The server got its worker's process id when it was started; the module
    // beside it answers for the new one from here on.
    await this.#server?.send(`worker-pid ${next.pid}`);
  }

  #endAll(): Promise<boolean> {
    this.#stopping ??= this.#endOnce();
    return this.#stopping;
  }

  async #endOnce(): Promise<boolean> {
    this.#cancelRestart.abort();
    const processes = [this.#server, this.#worker].filter((process) =>
      process !== undefined
    );
    const allEnded = Promise.all(processes.map(({ ended }) => ended));
    for (const process of processes) process.requestStop();
    const patience = new AbortController();
    const graceful = await Promise.race([
      allEnded.then(() => true),
      this.#forced.promise.then(() => false),
      delay(this.patience, { signal: patience.signal })
        .then(() => false, () => false),
    ]);
    patience.abort();
    // Also where all ended by themselves: a grandchild may still be there.
    for (const process of processes) process.kill();
    this.options.endDescendants();
    await allEnded;
    return !graceful;
  }
}
