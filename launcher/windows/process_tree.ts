/**
 * Which process started which.
 *
 * @module
 */
import { attempt, invalidHandle, lazily, openLibrary } from "./ffi.ts";

const kernel32 = lazily(() =>
  openLibrary("kernel32.dll", {
    CreateToolhelp32Snapshot: { parameters: ["u32", "u32"], result: "pointer" },
    Process32FirstW: { parameters: ["pointer", "buffer"], result: "i32" },
    Process32NextW: { parameters: ["pointer", "buffer"], result: "i32" },
    CloseHandle: { parameters: ["pointer"], result: "i32" },
  })
);

/** TH32CS_SNAPPROCESS. */
const snapProcesses = 2;

/** Size of PROCESSENTRY32W, and where its ids are. */
const processEntry = { size: 568, pidOffset: 8, parentOffset: 32 };

/** Each running process' parent, which need not run any more. */
export function parentProcesses(): Map<number, number> {
  const parents = new Map<number, number>();
  attempt(() => {
    const { symbols } = kernel32();
    const snapshot = symbols.CreateToolhelp32Snapshot(snapProcesses, 0);
    if (Deno.UnsafePointer.value(snapshot) === invalidHandle) return;
    const entry = new Uint8Array(processEntry.size);
    const view = new DataView(entry.buffer);
    view.setUint32(0, processEntry.size, true);
    let more = symbols.Process32FirstW(snapshot, entry);
    while (more !== 0) {
      parents.set(
        view.getUint32(processEntry.pidOffset, true),
        view.getUint32(processEntry.parentOffset, true),
      );
      more = symbols.Process32NextW(snapshot, entry);
    }
    symbols.CloseHandle(snapshot);
  });
  return parents;
}

/**
 * Whether a process is one of `roots` or was started by one, at any remove.
 *
 * @param parents Each process' parent.
 */
export function isBelow(
  pid: number,
  roots: ReadonlySet<number>,
  parents: ReadonlyMap<number, number>,
): boolean {
  // An id that was reused can make a ring of parents.
  const seen = new Set<number>();
  for (
    let current: number | undefined = pid;
    current !== undefined && !seen.has(current);
    current = parents.get(current)
  ) {
    if (roots.has(current)) return true;
    seen.add(current);
  }
  return false;
}
