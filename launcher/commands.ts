/**
 * The commands that work on an installation without starting it.
 *
 * @module
 */
import { format } from "@std/fmt/bytes";
import type { Console } from "./console.ts";
import { currentLayout } from "./context.ts";
import type { Command } from "./flags.ts";
import { listBackups, restoreBackup } from "./backups.ts";
import { InstanceLock } from "./instance.ts";
import type { Layout } from "./layout.ts";
import { loadPlatform } from "./platform.ts";
import { stopRunning } from "./running.ts";
import { UserError } from "./user_error.ts";

/** One kind of command. */
type Of<Kind extends Command["kind"]> = Extract<Command, { kind: Kind }>;

/** Ends the MediaParser that runs from this folder. */
export async function stop(
  command: Of<"stop">,
  console: Console,
): Promise<number> {
  const layout = currentLayout(command.app);
  const ran = await stopRunning(layout);
  console.say(ran ? "MediaParser has ended." : "MediaParser is not running.");
  return 0;
}

/** Lists the copies of the database, newest first. */
export async function backups(
  command: Of<"backups">,
  console: Console,
): Promise<number> {
  const layout = currentLayout(command.app);
  const found = await listBackups(layout.backups);
  if (found.length === 0) console.say("There are no copies of the database.");
  for (const { name, size } of found) {
    console.say(`${name}  ${format(size)}`);
  }
  return 0;
}

/** Takes the installation for a command that must be alone. */
function takeLock(layout: Layout): InstanceLock {
  const lock = InstanceLock.take(layout);
  if (lock !== undefined) return lock;
  throw new UserError(
    "MediaParser is running and uses the database.",
    "End it first: the command stop does it.",
  );
}

/** Puts a copy of the database back, after a copy of the present one. */
export async function restore(
  command: Of<"restore">,
  console: Console,
): Promise<number> {
  const layout = currentLayout(command.app);
  const platform = await loadPlatform();
  using _lock = takeLock(layout);
  await restoreBackup(command.name, {
    places: layout,
    freeSpace: platform.freeSpace,
    say: console.say,
  });
  return 0;
}
