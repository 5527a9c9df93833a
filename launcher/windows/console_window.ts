/**
 * Whether the console's window was opened for the launcher alone.
 *
 * Such a window closes together with the launcher and takes an error message
 * with it. It belongs to the launcher alone, or, after a double-click on
 * MediaParser.bat, to it and the `cmd.exe /c` that runs the file.
 *
 * @module
 */
import { attempt, fromWide, lazily, openLibrary } from "./ffi.ts";

const kernel32 = lazily(() =>
  openLibrary("kernel32.dll", {
    GetConsoleProcessList: { parameters: ["buffer", "u32"], result: "u32" },
    OpenProcess: { parameters: ["u32", "i32", "u32"], result: "pointer" },
    CloseHandle: { parameters: ["pointer"], result: "i32" },
  })
);

const ntdll = lazily(() =>
  openLibrary("ntdll.dll", {
    NtQueryInformationProcess: {
      parameters: ["pointer", "i32", "buffer", "u32", "pointer"],
      result: "i32",
    },
  })
);

/** PROCESS_QUERY_LIMITED_INFORMATION. */
const queryLimited = 0x1000;

/** ProcessCommandLineInformation. */
const commandLineInformation = 60;

/** Bytes before the text: a UNICODE_STRING, two lengths and a pointer. */
const unicodeStringSize = 16;

/** The variable MediaParser.bat sets. */
const batchVariable = "MEDIAPARSER_BAT";

/** The ids of the processes that share the console; empty without a console. */
export function consoleProcesses(): number[] {
  const ids = new Uint32Array(16);
  const count =
    attempt(() => kernel32().symbols.GetConsoleProcessList(ids, ids.length)) ??
      0;
  // With too little room the count is given, but no ids; nobody asks for so many.
  return count > ids.length ? [...ids] : [...ids.subarray(0, count)];
}

/** Another process' command line. */
export function commandLine(pid: number): string | undefined {
  return attempt(() => {
    const process = kernel32().symbols.OpenProcess(queryLimited, 0, pid);
    if (process === null) return undefined;
    // The longest command line there is.
    const buffer = new Uint8Array(unicodeStringSize + 2 * 32768);
    const status = ntdll().symbols.NtQueryInformationProcess(
      process,
      commandLineInformation,
      buffer,
      buffer.length,
      null,
    );
    kernel32().symbols.CloseHandle(process);
    if (status !== 0) return undefined;
    const bytes = new DataView(buffer.buffer).getUint16(0, true);
    return fromWide(
      new Uint16Array(buffer.buffer, unicodeStringSize, bytes / 2),
    );
  });
}

/** Whether a `cmd.exe` with this command line ends when its command has. */
export function endsAfterCommand(line: string): boolean {
  // The program's name may be quoted; its switches come before the command.
  const switches = line.match(
    /^\s*(?:"[^"]*"|\S+)((?:\s+\/[a-z](?::\S*)?)*)/i,
  )?.[1] ?? "";
  return /\/[cr]\b/i.test(switches);
}

/** True when the console's window will close as soon as the launcher ends. */
export function openedByDoubleClick(): boolean {
  const processes = consoleProcesses();
  if (processes.length === 0) return false;
  const others = processes.filter((pid) => pid !== Deno.pid);
  const [other] = others;
  if (other === undefined) return true;
  if (others.length > 1 || Deno.env.get(batchVariable) === undefined) {
    return false;
  }
  // One needless question is better than an error nobody can read.
  const line = commandLine(other);
  return line === undefined || endsAfterCommand(line);
}
