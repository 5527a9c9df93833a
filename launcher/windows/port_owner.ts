/**
 * Who listens on a port.
 *
 * @module
 */
import { basename } from "@std/path/windows";
import type { PortOwner } from "../ports.ts";
import { attempt, fromWide, lazily, openLibrary } from "./ffi.ts";

const iphlpapi = lazily(() =>
  openLibrary("iphlpapi.dll", {
    GetExtendedTcpTable: {
      parameters: ["buffer", "buffer", "i32", "u32", "i32", "u32"],
      result: "u32",
    },
  })
);

const kernel32 = lazily(() =>
  openLibrary("kernel32.dll", {
    OpenProcess: { parameters: ["u32", "i32", "u32"], result: "pointer" },
    QueryFullProcessImageNameW: {
      parameters: ["pointer", "u32", "buffer", "buffer"],
      result: "i32",
    },
    CloseHandle: { parameters: ["pointer"], result: "i32" },
  })
);

/** TCP_TABLE_OWNER_PID_LISTENER. */
const listeners = 3;

const insufficientBuffer = 122;

/** PROCESS_QUERY_LIMITED_INFORMATION. */
const queryLimited = 0x1000;

/** Where a row of a table of listeners has what. */
export interface RowLayout {
  /** Windows' number of the address family. */
  family: number;
  size: number;
  portOffset: number;
  pidOffset: number;
}

/** MIB_TCPROW_OWNER_PID. */
export const ipv4Rows: RowLayout = {
  family: 2,
  size: 24,
  portOffset: 8,
  pidOffset: 20,
};

/** MIB_TCP6ROW_OWNER_PID. */
export const ipv6Rows: RowLayout = {
  family: 23,
  size: 56,
  portOffset: 20,
  pidOffset: 52,
};

/**
 * Finds a port in a table of listeners.
 *
 * @param table A row count (a DWORD), then the rows.
 * @returns The process id.
 */
export function findListener(
  table: DataView,
  rows: RowLayout,
  port: number,
): number | undefined {
  const count = table.byteLength < 4 ? 0 : table.getUint32(0, true);
  for (let index = 0; index < count; index++) {
    const row = 4 + index * rows.size;
    if (row + rows.size > table.byteLength) break;
    // The port's two bytes are in network order, whatever the machine's is.
    if (table.getUint16(row + rows.portOffset, false) === port) {
      return table.getUint32(row + rows.pidOffset, true);
    }
  }
  return undefined;
}

function readTable({ family }: RowLayout): DataView {
  const size = new Uint32Array([64 * 1024]);
  // The table can grow between asking for its size and reading it.
  for (let attempts = 0; attempts < 4; attempts++) {
    const table = new Uint8Array(size[0]!);
    const status = iphlpapi().symbols
      .GetExtendedTcpTable(table, size, 0, family, listeners, 0);
    if (status === 0) return new DataView(table.buffer);
    if (status !== insufficientBuffer) break;
  }
  return new DataView(new ArrayBuffer(0));
}

/** The file name of a process' program. */
export function processName(pid: number): string | undefined {
  return attempt(() => {
    const { symbols } = kernel32();
    const process = symbols.OpenProcess(queryLimited, 0, pid);
    if (process === null) return undefined;
    const path = new Uint16Array(32768);
    const length = new Uint32Array([path.length]);
    const known = symbols
      .QueryFullProcessImageNameW(process, 0, path, length) !== 0;
    symbols.CloseHandle(process);
    return known ? basename(fromWide(path, length[0])) : undefined;
  });
}

/** The process that listens on a port, over IPv4 or IPv6. */
export function portOwner(port: number): PortOwner | undefined {
  for (const rows of [ipv4Rows, ipv6Rows]) {
    const pid = attempt(() => findListener(readTable(rows), rows, port));
    if (pid === undefined) continue;
    const name = processName(pid);
    return { pid, ...(name === undefined ? {} : { name }) };
  }
  return undefined;
}
