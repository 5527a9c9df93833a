/**
 * Ends everything the launcher started together with the launcher.
 *
 * The launcher puts itself into a job object of Windows before it starts
 * anything: whatever it starts, and whatever that starts, is then in the job too
 * and cannot leave it. Windows ends all of it when the last handle to the job is
 * closed, and the only handle is the launcher's own, so a crash or End Task does
 * that as surely as an orderly end.
 *
 * @module
 */
import { attempt, lazily, openLibrary, windowsError } from "./ffi.ts";
import { isBelow, parentProcesses } from "./process_tree.ts";

const kernel32 = lazily(() =>
  openLibrary("kernel32.dll", {
    CreateJobObjectW: { parameters: ["pointer", "pointer"], result: "pointer" },
    SetInformationJobObject: {
      parameters: ["pointer", "i32", "buffer", "u32"],
      result: "i32",
    },
    QueryInformationJobObject: {
      parameters: ["pointer", "i32", "buffer", "u32", "pointer"],
      result: "i32",
    },
    AssignProcessToJobObject: {
      parameters: ["pointer", "pointer"],
      result: "i32",
    },
    IsProcessInJob: {
      parameters: ["pointer", "pointer", "buffer"],
      result: "i32",
    },
    GetCurrentProcess: { parameters: [], result: "pointer" },
    OpenProcess: { parameters: ["u32", "i32", "u32"], result: "pointer" },
    TerminateProcess: { parameters: ["pointer", "u32"], result: "i32" },
    CloseHandle: { parameters: ["pointer"], result: "i32" },
    GetLastError: { parameters: [], result: "u32" },
  })
);

/** JobObjectBasicProcessIdList and JobObjectExtendedLimitInformation. */
const informationClass = { processIds: 3, extendedLimits: 9 };

/** Size of JOBOBJECT_EXTENDED_LIMIT_INFORMATION, and where its LimitFlags are. */
const extendedLimits = { size: 144, flagsOffset: 16 };

const killOnJobClose = 0x2000;

/** PROCESS_TERMINATE and PROCESS_QUERY_INFORMATION. */
const terminateAndQuery = 0x0001 | 0x0400;

/** Exit code of a process that is ended by force. */
const forcedExitCode = 1;

/** How many processes can be listed at a time. */
const mostProcesses = 1024;

/** The job; its handle is never closed, so the launcher's end closes it. */
let job: Deno.PointerValue = null;

function setLimits(handle: Deno.PointerValue, flags: number): boolean {
  const limits = new Uint8Array(extendedLimits.size);
  new DataView(limits.buffer).setUint32(
    extendedLimits.flagsOffset,
    flags,
    true,
  );
  return kernel32().symbols.SetInformationJobObject(
    handle,
    informationClass.extendedLimits,
    limits,
    limits.length,
  ) !== 0;
}

/**
 * Puts the launcher into a new job object that ends with it.
 *
 * @returns Why that failed, as a sentence; undefined when it did not.
 */
export function confineDescendants(): string | undefined {
  const remark = (reason: string) =>
    `If the launcher is ended by force, its processes may stay behind (${reason}).`;
  try {
    const { symbols } = kernel32();
    const failure = (call: string) =>
      remark(windowsError(call, symbols.GetLastError()));
    const handle = symbols.CreateJobObjectW(null, null);
    if (handle === null) return failure("CreateJobObject");
    if (!setLimits(handle, killOnJobClose)) {
      return failure("SetInformationJobObject");
    }
    const self = symbols.GetCurrentProcess();
    if (symbols.AssignProcessToJobObject(handle, self) === 0) {
      return failure("AssignProcessToJobObject");
    }
    job = handle;
    return undefined;
  } catch (error) {
    return remark(error instanceof Error ? error.message : String(error));
  }
}

/** The ids of the job's processes, without the launcher's own. */
export function descendants(): number[] {
  if (job === null) return [];
  // Two DWORDs, then one pointer-sized id for each process.
  const list = new Uint8Array(8 + 8 * mostProcesses);
  attempt(() =>
    kernel32().symbols.QueryInformationJobObject(
      job,
      informationClass.processIds,
      list,
      list.length,
      null,
    )
  );
  const view = new DataView(list.buffer);
  const count = view.getUint32(4, true);
  return Array.from(
    { length: count },
    (_, index) => view.getUint32(8 + 8 * index, true),
  ).filter((pid) => pid !== Deno.pid);
}

/** Ends a process, if it still is one of the job's and its id not reused. */
function endProcess(pid: number): void {
  const { symbols } = kernel32();
  const process = symbols.OpenProcess(terminateAndQuery, 0, pid);
  if (process === null) return;
  const inJob = new Int32Array(1);
  if (
    symbols.IsProcessInJob(process, job, inJob) !== 0 && inJob[0] !== 0
  ) symbols.TerminateProcess(process, forcedExitCode);
  symbols.CloseHandle(process);
}

/**
 * Ends by force whatever runs in the job beside the launcher.
 *
 * @param spared Processes to leave alone, with all that they started.
 */
export function endDescendants(spared: ReadonlySet<number>): void {
  // A process may start another one while it is being ended.
  for (let round = 0; round < 3; round++) {
    const parents = spared.size > 0 ? parentProcesses() : new Map();
    const doomed = descendants().filter((pid) =>
      !isBelow(pid, spared, parents)
    );
    if (doomed.length === 0) return;
    for (const pid of doomed) attempt(() => endProcess(pid));
  }
}

/** Lets the job's processes outlive the launcher. */
export function releaseDescendants(): void {
  if (job !== null) attempt(() => setLimits(job, 0));
}
