/**
 * The start: may it be, is it the only one, and how did it end.
 *
 * @module
 */
import { join } from "@std/path";
import { ensureDirSync } from "@std/fs/ensure-dir";
import type { Console, ProcessName } from "./console.ts";
import {
  appVersion,
  currentLayout,
  readManifest,
  readSettings,
} from "./context.ts";
import { gatherFacts } from "./facts.ts";
import type { Command } from "./flags.ts";
import { InstanceLock } from "./instance.ts";
import type { Layout } from "./layout.ts";
import { RotatingLog } from "./log.ts";
import { loadPlatform } from "./platform.ts";
import { findProblems } from "./preflight.ts";
import { openPage, runApp, type Start } from "./run_app.ts";
import { waitForRunning } from "./running.ts";
import type { Outcome } from "./supervisor.ts";
import { UserError } from "./user_error.ts";

/** The exit code after a second Ctrl+C. */
export const forcedExitCode = 130;

/**
 * Starts MediaParser and returns when it has ended.
 *
 * @returns The exit code.
 * @throws {UserError} When something the user can mend stands in the way.
 */
export async function start(
  command: Extract<Command, { kind: "start" }>,
  console: Console,
): Promise<number> {
  const layout = currentLayout(command.app);
  attachLog(layout, console);
  const platform = await loadPlatform();
  const manifest = await readManifest(layout);
  const settings = await readSettings(layout, command.flags);
  const version = await appVersion(layout, manifest);
  const context = { layout, manifest, settings, version, platform, console };

  await checkFolder(context);
  using lock = InstanceLock.take(layout);
  if (lock === undefined) return await joinRunning(context);

  using resources = new DisposableStack();
  const openLog = (name: ProcessName) =>
    resources.use(new RotatingLog(join(layout.logs, `${name}.log`)));
  console.say(`MediaParser ${version} is starting.`);

  const confinement = platform.confineDescendants();
  if (confinement !== undefined) console.warn(confinement);
  resources.defer(platform.prepareConsole(`MediaParser ${version}`));

  const logs = { server: openLog("server"), worker: openLog("worker") };
  const outcome = await runApp(context, lock, logs);
  platform.releaseDescendants();
  return report(outcome, console);
}

/** From here on errors are in the log too; what is said last as well. */
function attachLog(layout: Layout, console: Console): void {
  try {
    ensureDirSync(layout.logs);
  } catch {
    // A folder that nothing can be written in is told of by the checks.
    return;
  }
  console.attachLog(new RotatingLog(join(layout.logs, "launcher.log")));
}

async function checkFolder(context: Start): Promise<void> {
  const { layout, manifest, settings, platform, console } = context;
  const problems = findProblems(
    await gatherFacts({
      layout,
      manifest,
      platform,
      host: String(settings.host.value),
      files: "present",
    }),
  );
  for (const { severity, happened, remedy } of problems) {
    if (severity === "error") throw new UserError(happened, remedy);
    console.warn(`${happened} ${remedy}`);
  }
}

/** This folder's MediaParser runs already: shows its page instead. */
async function joinRunning(context: Start): Promise<number> {
  const { layout, settings, platform, console } = context;
  const record = await waitForRunning(layout);
  if (record === "gone") {
    throw new UserError(
      "Another MediaParser in this folder has just ended.",
      "Start it again.",
    );
  }
  console.highlight(`MediaParser runs already: ${record.url}`);
  if (settings.browser.value) openPage(record.url, platform, console);
  return 0;
}

/** Tells how it ended. @returns The exit code. */
function report(outcome: Outcome, console: Console): number {
  switch (outcome.kind) {
    case "stopped":
      console.say("MediaParser has ended.");
      return outcome.forced ? forcedExitCode : 0;
    case "server-ended": {
      console.fail(
        `The server ended by itself with exit code ${outcome.code}. Its last lines:`,
      );
      for (const line of outcome.lastLines) console.fail(`  ${line}`);
      throw new UserError(
        "MediaParser ended because its server did.",
        "Mend what the lines above say, then start it again.",
        { exitCode: outcome.code === 0 ? 1 : outcome.code },
      );
    }
    default:
      return outcome satisfies never;
  }
}
