/**
 * Dealing with the MediaParser that runs from this folder already.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import {
  type InstanceRecord,
  isLocked,
  readRecord,
  requestControl,
} from "./instance.ts";
import type { Layout } from "./layout.ts";
import { UserError } from "./user_error.ts";

/** Looks at `condition` until it holds. */
async function until<T>(
  condition: () => T | undefined,
  milliseconds: number,
): Promise<T | undefined> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const found = condition();
    if (found !== undefined || performance.now() > end) return found;
    await delay(50);
  }
}

/**
 * Waits until the launcher that holds the lock serves its page.
 *
 * @param milliseconds How long it may take.
 * @returns The record with the page's address, or `gone` when it ended.
 * @throws {UserError} When it does neither.
 */
export async function waitForRunning(
  layout: Layout,
  milliseconds = 60_000,
): Promise<(InstanceRecord & { url: string }) | "gone"> {
  const found = await until(() => {
    const record = readRecord(layout);
    if (record?.url !== undefined) return { ...record, url: record.url };
    return isLocked(layout) ? undefined : "gone" as const;
  }, milliseconds);
  if (found !== undefined) return found;
  throw new UserError(
    `Another MediaParser is at work in '${layout.root}' and serves no page.`,
    "Wait until it is done, or end MediaParser-launcher.exe in the Task Manager.",
  );
}

/**
 * Ends the MediaParser that runs from this folder.
 *
 * @returns True where one ran.
 * @throws {UserError} When it does not end.
 */
export async function stopRunning(layout: Layout): Promise<boolean> {
  if (!isLocked(layout)) return false;
  // It may be so young that it has published nothing yet.
  const record = await until(() => readRecord(layout), 2_000);
  const asked = record !== undefined && await requestControl(record, "stop");
  const ended = await until(
    () => isLocked(layout) ? undefined : true,
    asked ? 20_000 : 1_000,
  );
  if (ended) return true;
  throw new UserError(
    `The MediaParser in '${layout.root}' does not answer.`,
    "End MediaParser-launcher.exe in the Task Manager; everything it started ends with it.",
  );
}
