/**
 * Makes the console fit for long output: UTF-8, colours, a title, and no freeze
 * when somebody clicks into it.
 *
 * In QuickEdit mode a click begins a selection, and whatever writes to the
 * console waits until it ends, which may be never.
 *
 * @module
 */
import {
  attempt,
  fromWide,
  invalidHandle,
  lazily,
  openLibrary,
  toWide,
} from "./ffi.ts";

const kernel32 = lazily(() =>
  openLibrary("kernel32.dll", {
    CreateFileW: {
      parameters: ["buffer", "u32", "u32", "pointer", "u32", "u32", "pointer"],
      result: "pointer",
    },
    CloseHandle: { parameters: ["pointer"], result: "i32" },
    GetConsoleMode: { parameters: ["pointer", "buffer"], result: "i32" },
    SetConsoleMode: { parameters: ["pointer", "u32"], result: "i32" },
    GetConsoleOutputCP: { parameters: [], result: "u32" },
    SetConsoleOutputCP: { parameters: ["u32"], result: "i32" },
    GetConsoleTitleW: { parameters: ["buffer", "u32"], result: "u32" },
    SetConsoleTitleW: { parameters: ["buffer"], result: "i32" },
  })
);

const genericReadWrite = 0xc000_0000;
const shareReadWrite = 3;
const openExisting = 3;
const utf8 = 65001;

/** Modes of a console's input. */
const inputMode = { quickEdit: 0x40, extendedFlags: 0x80 };

/** Modes of its output: escape sequences are carried out. */
const outputMode = { processed: 0x01, virtualTerminal: 0x04 };

/** The input's mode without QuickEdit. */
export function withoutQuickEdit(mode: number): number {
  return (mode | inputMode.extendedFlags) & ~inputMode.quickEdit;
}

/** Runs `act` with the console itself, wherever stdin and stdout lead. */
function withConsole(
  name: "CONIN$" | "CONOUT$",
  act: (
    handle: Deno.PointerValue,
  ) => void,
): void {
  const { symbols } = kernel32();
  const handle = symbols.CreateFileW(
    toWide(name),
    genericReadWrite,
    shareReadWrite,
    null,
    openExisting,
    0,
    null,
  );
  if (Deno.UnsafePointer.value(handle) === invalidHandle) return;
  try {
    act(handle);
  } finally {
    symbols.CloseHandle(handle);
  }
}

/** Changes a mode. @returns A function that changes it back. */
function changeMode(
  name: "CONIN$" | "CONOUT$",
  change: (mode: number) => number,
): () => void {
  const { symbols } = kernel32();
  const before = new Uint32Array(1);
  let changed = false;
  withConsole(name, (handle) => {
    if (symbols.GetConsoleMode(handle, before) === 0) return;
    changed = symbols.SetConsoleMode(handle, change(before[0]!)) !== 0;
  });
  return () => {
    if (!changed) return;
    const mode = name === "CONIN$"
      ? before[0]! | inputMode.extendedFlags
      : before[0]!;
    withConsole(name, (handle) => symbols.SetConsoleMode(handle, mode));
  };
}

function changeOutputCodePage(): () => void {
  const { symbols } = kernel32();
  const before = symbols.GetConsoleOutputCP();
  if (before === 0 || symbols.SetConsoleOutputCP(utf8) === 0) return () => {};
  return () => symbols.SetConsoleOutputCP(before);
}

function changeTitle(title: string): () => void {
  const { symbols } = kernel32();
  const before = new Uint16Array(1024);
  const length = symbols.GetConsoleTitleW(before, before.length);
  if (symbols.SetConsoleTitleW(toWide(title)) === 0) return () => {};
  return () =>
    symbols.SetConsoleTitleW(
      toWide(fromWide(before, Math.min(length, before.length))),
    );
}

/**
 * Prepares the console, as far as there is one.
 *
 * @returns A function that puts it back as it was.
 */
export function prepareConsole(title: string): () => void {
  const changes = [
    () => changeMode("CONIN$", withoutQuickEdit),
    () =>
      changeMode(
        "CONOUT$",
        (mode) => mode | outputMode.processed | outputMode.virtualTerminal,
      ),
    changeOutputCodePage,
    () => changeTitle(title),
  ];
  const restorers = changes.map((change) => attempt(change));
  return () => {
    for (const restore of restorers.reverse()) {
      if (restore !== undefined) attempt(restore);
    }
  };
}
