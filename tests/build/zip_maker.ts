/**
 * Makes zips byte by byte, right ones and every kind of wrong one.
 *
 * @module
 */
import { crc32, deflateRawSync } from "node:zlib";

/** One entry, with whatever should be told of it instead of the truth. */
export interface MadeEntry {
  name: string;
  data?: string | Uint8Array;
  /** 0 is stored, 8 is deflated. @default {8} */
  method?: number;
  flags?: number;
  /** Unix mode with its type bits. @default {0o100644} */
  mode?: number;
  size?: number;
  compressedSize?: number;
  crc?: number;
  /** The name in the local header. */
  localName?: string;
  /** Where the directory says that it is. */
  offset?: number;
}

/** Makes the bytes of a zip. */
export function makeZip(
  entries: readonly MadeEntry[],
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  const add = (part: Uint8Array): void => {
    parts.push(part);
    at += part.length;
  };
  for (const entry of entries) {
    const data = typeof entry.data === "string" || entry.data === undefined
      ? new TextEncoder().encode(entry.data ?? "")
      : entry.data;
    const method = entry.method ?? 8;
    const raw = method === 8 ? new Uint8Array(deflateRawSync(data)) : data;
    const name = new TextEncoder().encode(entry.name);
    const localName = new TextEncoder().encode(entry.localName ?? entry.name);
    const shared = (nameLength: number): number[] => [
      ...u16(20),
      ...u16(entry.flags ?? 0x800),
      ...u16(method),
      ...u16(0),
      ...u16(0x21),
      ...u32(entry.crc ?? crc32(data)),
      ...u32(entry.compressedSize ?? raw.length),
      ...u32(entry.size ?? data.length),
      ...u16(nameLength),
      ...u16(0),
    ];
    directory.push(Uint8Array.from([
      ...u32(0x02014b50),
      ...u16(3 << 8 | 20),
      ...shared(name.length),
      ...u16(0),
      ...u16(0),
      ...u16(0),
      ...u32(((entry.mode ?? 0o100644) << 16) >>> 0),
      ...u32(entry.offset ?? at),
      ...name,
    ]));
    add(
      Uint8Array.from([
        ...u32(0x04034b50),
        ...shared(localName.length),
        ...localName,
      ]),
    );
    add(raw);
  }
  const start = at;
  for (const header of directory) add(header);
  add(Uint8Array.from([
    ...u32(0x06054b50),
    ...u32(0),
    ...u16(entries.length),
    ...u16(entries.length),
    ...u32(at - start),
    ...u32(start),
    ...u16(0),
  ]));
  return concat(parts);
}

function u16(value: number): number[] {
  return [value & 0xff, value >>> 8 & 0xff];
}

function u32(value: number): number[] {
  return [...u16(value & 0xffff), ...u16(value >>> 16)];
}

/** Joins bytes. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(
    parts.reduce((sum, part) => sum + part.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** One file of a made tarball. */
export interface MadeTarEntry {
  name: string;
  data?: string | Uint8Array;
  /** `0` is a file, `2` a symbolic link, `5` a folder. @default {"0"} */
  type?: string;
  link?: string;
  /** The size that the header tells. */
  size?: number;
}

/** Makes the bytes of a tar, not gzipped. */
export function makeTar(
  entries: readonly MadeTarEntry[],
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    const data = typeof entry.data === "string" || entry.data === undefined
      ? new TextEncoder().encode(entry.data ?? "")
      : entry.data;
    const header = new Uint8Array(512);
    const put = (text: string, offset: number): void => {
      new TextEncoder().encodeInto(text, header.subarray(offset));
    };
    put(entry.name, 0);
    put("0000644\0", 100);
    put("0000000\0", 108);
    put("0000000\0", 116);
    put(`${(entry.size ?? data.length).toString(8).padStart(11, "0")}\0`, 124);
    put("00000000000\0", 136);
    put("        ", 148);
    put(entry.type ?? "0", 156);
    put(entry.link ?? "", 157);
    put("ustar\x0000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    parts.push(header, data, new Uint8Array((512 - data.length % 512) % 512));
  }
  parts.push(new Uint8Array(1024));
  return concat(parts);
}

/** Numbers that look random and are the same in each run (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
