/**
 * The console's events: Ctrl+C, Ctrl+Break, and the end of its window.
 *
 * Deno's own signal listeners do not do: Windows ends a process as soon as its
 * handler of a closing window returns, and Deno's returns at once. A handler
 * that only hands the event over to JavaScript has the same fault, and one that
 * waits in JavaScript would stop the very event loop that should end everything.
 *
 * Windows calls handlers in a thread of their own, the latest first, until one
 * says that the event is dealt with. So two are added: the later one tells
 * JavaScript, and deals with Ctrl+C and Ctrl+Break; everything else falls through
 * to the earlier one, which is a function of Windows' own that never returns.
 * Windows then ends the process when the launcher has, or after its 5 s.
 *
 * @module
 */
import type { ConsoleEvent } from "../platform.ts";
import { attempt, lazily, openLibrary, toWide } from "./ffi.ts";

const kernel32 = lazily(() =>
  openLibrary("kernel32.dll", {
    SetConsoleCtrlHandler: { parameters: ["pointer", "i32"], result: "i32" },
    GetModuleHandleW: { parameters: ["buffer"], result: "pointer" },
    GetProcAddress: { parameters: ["pointer", "buffer"], result: "pointer" },
  })
);

/**
 * CTRL_C_EVENT and so on. Windows sends the last two to no process that has
 * user32.dll loaded, as every Deno program has.
 */
const events: Readonly<Record<number, ConsoleEvent>> = {
  0: "interrupt",
  1: "break",
  2: "close",
  5: "logoff",
  6: "shutdown",
};

/** What a handler answers. */
const answer = { dealtWith: 1, nextHandler: 0 };

/**
 * `BOOL WaitMessage(void)`: waits for a window message to its thread. The thread
 * of an event has no window, so it waits for ever.
 */
function parkingFunction(): Deno.PointerValue {
  const { symbols } = kernel32();
  const user32 = symbols.GetModuleHandleW(toWide("user32.dll"));
  if (user32 === null) return null;
  return symbols.GetProcAddress(
    user32,
    new TextEncoder().encode("WaitMessage\0"),
  );
}

function addHandlers(handler: (event: ConsoleEvent) => void): () => void {
  const { symbols } = kernel32();
  const parking = parkingFunction();
  const callback = Deno.UnsafeCallback.threadSafe(
    { parameters: ["u32"], result: "i32" },
    (code) => {
      const event = events[code];
      if (event === undefined) return answer.nextHandler;
      handler(event);
      return event === "interrupt" || event === "break"
        ? answer.dealtWith
        : answer.nextHandler;
    },
  );
  // Listening alone is no reason to go on running.
  callback.unref();
  if (parking !== null) symbols.SetConsoleCtrlHandler(parking, 1);
  symbols.SetConsoleCtrlHandler(callback.pointer, 1);
  // A parent can have Ctrl+C ignored, and that is inherited.
  symbols.SetConsoleCtrlHandler(null, 0);
  return () => {
    symbols.SetConsoleCtrlHandler(callback.pointer, 0);
    if (parking !== null) symbols.SetConsoleCtrlHandler(parking, 0);
    // The callback is not freed: an event's thread may be in it right now.
  };
}

/**
 * Listens for the console's events.
 *
 * @returns A function that stops listening.
 */
export function onConsoleEvents(
  handler: (event: ConsoleEvent) => void,
): () => void {
  const remove = attempt(() => addHandlers(handler));
  if (remove !== undefined) return remove;
  // Without the FFI there still is Deno's Ctrl+C.
  const listener = () => handler("interrupt");
  Deno.addSignalListener("SIGINT", listener);
  return () => Deno.removeSignalListener("SIGINT", listener);
}
