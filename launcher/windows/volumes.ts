/**
 * The drive a folder lies on.
 *
 * @module
 */
import type { DriveKind } from "../platform.ts";
import { attempt, fromWide, lazily, openLibrary, toWide } from "./ffi.ts";

const kernel32 = lazily(() =>
  openLibrary("kernel32.dll", {
    GetDiskFreeSpaceExW: {
      parameters: ["buffer", "buffer", "pointer", "pointer"],
      result: "i32",
    },
    GetVolumePathNameW: {
      parameters: ["buffer", "buffer", "u32"],
      result: "i32",
    },
    GetDriveTypeW: { parameters: ["buffer"], result: "u32" },
  })
);

/** DRIVE_REMOVABLE and so on; 0 and 1 mean that Windows does not know. */
const kinds: Readonly<Record<number, DriveKind>> = {
  2: "removable",
  3: "fixed",
  4: "network",
  5: "optical",
  6: "memory",
};

/** Bytes the user may still write on the drive of an existing folder. */
export function freeSpace(folder: string): number | undefined {
  return attempt(() => {
    const free = new BigUint64Array(1);
    const known = kernel32().symbols
      .GetDiskFreeSpaceExW(toWide(folder), free, null, null) !== 0;
    return known ? Number(free[0]) : undefined;
  });
}

/** The kind of drive; a share (`\\server\…`) is a network drive. */
export function driveKind(path: string): DriveKind | undefined {
  return attempt(() => {
    const { symbols } = kernel32();
    const root = new Uint16Array(path.length + 260);
    if (symbols.GetVolumePathNameW(toWide(path), root, root.length) === 0) {
      return undefined;
    }
    return kinds[symbols.GetDriveTypeW(toWide(fromWide(root)))];
  });
}
