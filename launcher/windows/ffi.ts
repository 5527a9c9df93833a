/**
 * What every call into Windows needs: UTF-16 text, and libraries that are opened
 * at the first call only.
 *
 * @module
 */

import { join } from "@std/path/windows";

/** Makes something at its first use, and keeps it. */
export function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/**
 * Opens a library of Windows' own. By its full path, so that no file of the same
 * name in the launcher's folder is taken for it; that path is known at run time
 * only, which is why the launcher is compiled with the whole of `--allow-ffi`.
 *
 * @throws When the library or one of the functions is missing.
 */
export function openLibrary<const S extends Deno.ForeignLibraryInterface>(
  name: string,
  symbols: S,
): Deno.DynamicLibrary<S> {
  return Deno.dlopen(join(systemFolder(), "System32", name), symbols);
}

/** The folder Windows is installed in. */
export function systemFolder(): string {
  return Deno.env.get("SystemRoot") ?? "C:\\Windows";
}

/** `undefined` where `call` throws: a library or a function is missing. */
export function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}

/** Text as Windows wants it: UTF-16 with a NUL at its end. */
export function toWide(text: string): Uint16Array<ArrayBuffer> {
  const wide = new Uint16Array(text.length + 1);
  for (let index = 0; index < text.length; index++) {
    wide[index] = text.charCodeAt(index);
  }
  return wide;
}

/** The first `length` UTF-16 units as text; up to the first NUL without it. */
export function fromWide(wide: Uint16Array, length?: number): string {
  const nul = wide.indexOf(0);
  const end = length ?? (nul < 0 ? wide.length : nul);
  let text = "";
  for (const unit of wide.subarray(0, end)) text += String.fromCharCode(unit);
  return text;
}

/** An error code of Windows' as a short text. */
export function windowsError(call: string, code: number): string {
  return `${call}: Windows error ${code}`;
}

/** A handle as Windows returns it where there is none. */
export const invalidHandle = 0xffff_ffff_ffff_ffffn;
