/**
 * File names for programs that know Windows' ANSI code page only, as ExifTool's
 * Perl does.
 *
 * @module
 */
import { attempt, fromWide, lazily, openLibrary, toWide } from "./ffi.ts";

const kernel32 = lazily(() =>
  openLibrary("kernel32.dll", {
    GetACP: { parameters: [], result: "u32" },
    WideCharToMultiByte: {
      // deno-fmt-ignore
      parameters: ["u32", "u32", "buffer", "i32", "buffer", "i32", "pointer", "buffer"],
      result: "i32",
    },
    GetShortPathNameW: {
      parameters: ["buffer", "buffer", "u32"],
      result: "u32",
    },
  })
);

const utf8 = 65001;

/** WC_NO_BEST_FIT_CHARS: a similar letter is another file. */
const noBestFit = 0x400;

/** Whether the ANSI code page has every character of `text`. */
export function ansiCodePageHolds(text: string): boolean | undefined {
  if (text === "") return true;
  return attempt(() => {
    const { symbols } = kernel32();
    const codePage = symbols.GetACP();
    // Has everything, and the call below allows no such question for it.
    if (codePage === utf8) return true;
    const narrow = new Uint8Array(4 * text.length);
    const lacking = new Int32Array(1);
    const written = symbols.WideCharToMultiByte(
      codePage,
      noBestFit,
      toWide(text),
      text.length,
      narrow,
      narrow.length,
      null,
      lacking,
    );
    return written === 0 ? undefined : lacking[0] === 0;
  });
}

/** The short (8.3) form of an existing path; undefined on drives without. */
export function shortPath(path: string): string | undefined {
  return attempt(() => {
    const short = new Uint16Array(path.length + 260);
    const length = kernel32().symbols
      .GetShortPathNameW(toWide(path), short, short.length);
    return length === 0 || length >= short.length
      ? undefined
      : fromWide(short, length);
  });
}
