/**
 * The commands that work on an installation without starting it.
 *
 * @module
 */
import type { Console } from "./console.ts";
import { currentLayout } from "./context.ts";
import type { Command } from "./flags.ts";
import { stopRunning } from "./running.ts";

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
