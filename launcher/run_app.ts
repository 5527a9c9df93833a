/**
 * A run of the app: its database, its two processes, its page, its end.
 *
 * @module
 */
import {
  type AppProcess,
  type AppProcessOptions,
  startAppProcess,
} from "./app_process.ts";
import type { Console, ProcessName } from "./console.ts";
import { openDatabase } from "./database_start.ts";
import { ensureDotenv } from "./dotenv.ts";
import { childEnvironment, pythonSwitches } from "./environment.ts";
import { openableExiftool } from "./facts.ts";
import { type InstanceLock, serveControl } from "./instance.ts";
import type { Layout } from "./layout.ts";
import type { RotatingLog } from "./log.ts";
import type { Manifest } from "./manifest.ts";
import type { Platform } from "./platform.ts";
import { choosePort, tryPort } from "./ports.ts";
import { readImportedModules } from "./preload.ts";
import { pageUrl, waitUntilReady } from "./readiness.ts";
import { appVariables, type Settings } from "./settings.ts";
import { type Outcome, Supervisor } from "./supervisor.ts";
import { UserError } from "./user_error.ts";

/** Milliseconds the processes get when Windows closes the window: it gives 5 s in all. */
const closingPatience = 3_500;

/** Milliseconds after which a server that does not answer yet is remarked on. */
const slowStart = 30_000;

/** Milliseconds after which it is given up. */
const longestStart = 300_000;

/** Everything a start works with. */
export interface Start {
  layout: Layout;
  manifest: Manifest | undefined;
  settings: Settings;
  version: string;
  platform: Platform;
  console: Console;
}

/** Opens the page, or asks the user to. */
export function openPage(
  url: string,
  platform: Platform,
  console: Console,
): void {
  if (!platform.openBrowser(url)) {
    console.say(`Open ${url} in your browser.`);
  }
}

/**
 * Runs the app from its database to its end.
 *
 * @param lock The installation's lock, held.
 * @throws {UserError} When something the user can mend stands in the way.
 */
export async function runApp(
  context: Start,
  lock: InstanceLock,
  logs: Record<ProcessName, RotatingLog>,
): Promise<Outcome> {
  const { layout, settings, version, platform, console } = context;
  const host = String(settings.host.value);
  const chosen = choosePort({
    host,
    port: Number(settings.port.value),
    given: settings.port.source !== "default",
    tryPort,
    owner: platform.portOwner,
  });
  if (chosen.note !== undefined) console.warn(chosen.note);
  await ensureDotenv(layout.dotenv);

  const exiftool = openableExiftool(layout, platform);
  const environment = childEnvironment({
    layout,
    variables: appVariables(settings),
    path: Deno.env.get("PATH") ?? "",
    windows: Deno.build.os === "windows",
    ...(exiftool === undefined ? {} : { exiftool }),
  });
  const modules: string[] = [];
  const supervisor = new Supervisor({
    ...appProcesses(context, environment, host, chosen.port, logs, modules),
    console,
    endDescendants: platform.endDescendants,
  });

  const ending = new AbortController();
  const end = (reason: string) => {
    if (ending.signal.aborted) return supervisor.force();
    ending.abort();
    console.say(reason);
    supervisor.stop();
  };
  const stopListening = platform.onConsoleEvents((event) => {
    if (event === "interrupt" || event === "break") {
      end("Ending MediaParser. Press Ctrl+C again to end it at once.");
    } else {
      supervisor.patience = closingPatience;
      end("The window closes: ending MediaParser.");
    }
  });
  await using control = serveControl(() =>
    end("Ending MediaParser, as asked.")
  );
  const record = {
    pid: Deno.pid,
    version,
    control: control.port,
    token: control.token,
  };
  lock.publish(record);

  try {
    const database = await openDatabase({
      layout,
      manifest: context.manifest,
      version,
      environment,
      platform,
      console,
      signal: ending.signal,
      // Python warms up beside the subprocess that works on the database.
      onTables: () => void supervisor.go(),
      beforeWork: async () => {
        modules.push(...await modulesToPreload(context));
        if (!ending.signal.aborted) supervisor.start(true);
      },
    });
    if (!ending.signal.aborted) {
      if (database.worked) await supervisor.go();
      else supervisor.start(false);
    }
    const url = pageUrl(host, chosen.port);
    const ready = await waitForPage(url, supervisor, ending.signal, console);
    // Not before: on two cores its imports would hold up the server's.
    await supervisor.settle();
    if (ready) {
      lock.publish({ ...record, url });
      console.highlight(`MediaParser is ready: ${url}`);
      console.say("Press Ctrl+C to end it.");
      if (settings.browser.value) openPage(url, platform, console);
    }
    const outcome = await supervisor.outcome;
    database.close();
    return outcome;
  } catch (error) {
    supervisor.stop();
    await supervisor.outcome;
    if (ending.signal.aborted) return { kind: "stopped", forced: false };
    throw error;
  } finally {
    stopListening();
  }
}

/** What the server can load while it waits for the database. */
function modulesToPreload(
  { layout, manifest }: Start,
): readonly string[] | Promise<string[]> {
  return manifest?.preload ?? readImportedModules(layout.root);
}

/** The two ways to start a process that the supervisor needs. */
function appProcesses(
  context: Start,
  environment: Readonly<Record<string, string>>,
  host: string,
  port: number,
  logs: Record<ProcessName, RotatingLog>,
  preload: readonly string[],
) {
  const { layout, console } = context;
  const startProcess = (
    name: ProcessName,
    wait: boolean,
    script: string[],
    variables: Record<string, string> = {},
  ): AppProcess => {
    // The worker's first breath is not worth competing with the server's.
    const modules = name === "server" ? preload : [];
    const options: AppProcessOptions = {
      name,
      command: layout.python,
      args: [
        ...pythonSwitches,
        "-m",
        "mediaparser_portable.child",
        ...(name === "server" ? ["--hurry"] : []),
        ...(wait ? ["--wait", modules.join(",")] : []),
        ...script,
      ],
      folder: layout.root,
      environment: { ...environment, ...variables },
      onLine: (line) => {
        logs[name].write(line);
        console.fromProcess(name, line);
      },
    };
    return startAppProcess(options);
  };
  return {
    startWorker: (wait: boolean) =>
      startProcess("worker", wait, ["run_worker.py"]),
    startServer: (workerPid: number, wait: boolean) =>
      startProcess(
        "server",
        wait,
        ["run.py", "--host", host, "--port", String(port)],
        { MEDIAPARSER_WORKER_PID: String(workerPid) },
      ),
  };
}

/** Waits for the page; false when the end came first. */
async function waitForPage(
  url: string,
  supervisor: Supervisor,
  signal: AbortSignal,
  console: Console,
): Promise<boolean> {
  const over = new AbortController();
  supervisor.outcome.then(() => over.abort());
  const either = AbortSignal.any([signal, over.signal]);
  let state = await waitUntilReady(url, { signal: either, timeout: slowStart });
  if (state === "timeout") {
    console.warn(
      "The server does not answer yet. A virus scanner may be looking through the new files; still waiting.",
    );
    state = await waitUntilReady(url, {
      signal: either,
      timeout: longestStart - slowStart,
    });
  }
  if (state === "timeout") {
    supervisor.stop();
    await supervisor.outcome;
    throw new UserError(
      `The server did not answer within ${longestStart / 60_000} minutes.`,
      "Look at logs/server.log for the reason, then start MediaParser again.",
    );
  }
  return state === "ready";
}
