/**
 * Reads the import tables of Windows programs and DLLs (the PE format), so that
 * a DLL missing from the bundle is found without Windows.
 *
 * Only what the checks need is read: the machine, and the names of the DLLs in
 * the import and the delay-import directory. Layout: Microsoft's "PE Format".
 *
 * @module
 */

/** What a PE file is made for and what it loads. */
export interface PortableExecutable {
  /** `x64`, or the name of another machine. */
  machine: string;
  /** Names of the DLLs that Windows loads with the file, as written in it. */
  imports: string[];
  /** Names of the DLLs that are loaded at the first call into them. */
  delayImports: string[];
}

/** Thrown for bytes that are no well-formed PE file. */
export class PortableExecutableError extends Error {
  override name = "PortableExecutableError";
}

/** Machines by their number in the file header. */
const machines: Readonly<Record<number, string>> = {
  0x8664: "x64",
  0x014c: "x86",
  0xaa64: "arm64",
  0x01c4: "arm",
  0xa641: "arm64ec",
};

/** No real file imports from more DLLs; a damaged one seems to. */
const mostImports = 1000;

/** A section: which addresses in memory come from where in the file. */
interface Section {
  virtualAddress: number;
  virtualSize: number;
  rawOffset: number;
  rawSize: number;
}

/** A PE file's bytes with its sections. */
class Image {
  readonly #view: DataView;
  readonly machine: number;
  readonly #sections: Section[] = [];
  readonly #directories: { address: number; size: number }[] = [];
  readonly imageBase: number;

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#u16(0) !== 0x5a4d) {
      throw new PortableExecutableError("it does not begin with 'MZ'");
    }
    const header = this.u32(0x3c);
    if (this.u32(header) !== 0x4550) {
      throw new PortableExecutableError("it has no PE header");
    }
    this.machine = this.#u16(header + 4);
    const sections = this.#u16(header + 6);
    const optional = header + 24;
    const optionalSize = this.#u16(header + 20);
    const magic = this.#u16(optional);
    if (magic !== 0x10b && magic !== 0x20b) {
      throw new PortableExecutableError("its optional header is unknown");
    }
    const wide = magic === 0x20b;
    this.imageBase = wide
      ? this.u32(optional + 24) + this.u32(optional + 28) * 2 ** 32
      : this.u32(optional + 28);
    const count = Math.min(this.u32(optional + (wide ? 108 : 92)), 16);
    for (let index = 0; index < count; index++) {
      const at = optional + (wide ? 112 : 96) + index * 8;
      this.#directories.push({ address: this.u32(at), size: this.u32(at + 4) });
    }
    for (let index = 0; index < sections; index++) {
      const at = optional + optionalSize + index * 40;
      this.#sections.push({
        virtualSize: this.u32(at + 8),
        virtualAddress: this.u32(at + 12),
        rawSize: this.u32(at + 16),
        rawOffset: this.u32(at + 20),
      });
    }
  }

  #u16(at: number): number {
    if (at + 2 > this.bytes.length) {
      throw new PortableExecutableError("it is cut off");
    }
    return this.#view.getUint16(at, true);
  }

  u32(at: number): number {
    if (at + 4 > this.bytes.length) {
      throw new PortableExecutableError("it is cut off");
    }
    return this.#view.getUint32(at, true);
  }

  /** Where a directory begins in the file, or nothing when the file has none. */
  directory(index: number): number | undefined {
    const directory = this.#directories[index];
    return directory && directory.address !== 0
      ? this.offset(directory.address)
      : undefined;
  }

  /** Turns an address in memory into a place in the file. */
  offset(address: number): number {
    for (const section of this.#sections) {
      const inside = address - section.virtualAddress;
      if (
        inside >= 0 && inside < Math.max(section.virtualSize, section.rawSize)
      ) {
        if (inside >= section.rawSize) break;
        return section.rawOffset + inside;
      }
    }
    throw new PortableExecutableError(
      `its address 0x${address.toString(16)} lies in no section`,
    );
  }

  /** The name at an address in memory. */
  name(address: number): string {
    const start = this.offset(address);
    const end = this.bytes.indexOf(0, start);
    if (end < 0 || end - start > 260) {
      throw new PortableExecutableError("a name in it does not end");
    }
    const text = new TextDecoder("latin1").decode(
      this.bytes.subarray(start, end),
    );
    if (!/^[\x20-\x7e]+$/.test(text)) {
      throw new PortableExecutableError("a DLL's name in it is unreadable");
    }
    return text;
  }
}

/**
 * Reads a table of records until the one whose name is 0.
 *
 * @param nameAt Where in a record the address of the DLL's name stands.
 */
function namesOf(
  image: Image,
  start: number,
  recordSize: number,
  nameAt: (record: number) => number,
): string[] {
  const names: string[] = [];
  for (let record = start;; record += recordSize) {
    const address = nameAt(record);
    if (address === 0) return names;
    names.push(image.name(address));
    if (names.length > mostImports) {
      throw new PortableExecutableError("its import table does not end");
    }
  }
}

/**
 * Whether a path is one of a file that Windows loads as code.
 *
 * @param path A path or file name; the case does not matter.
 */
export function isPortableExecutable(path: string): boolean {
  return /\.(?:dll|pyd|exe)$/i.test(path);
}

/**
 * Reads what a program or DLL loads.
 *
 * @param bytes The whole file.
 * @returns The machine and the imported DLLs, in the file's order.
 * @throws {PortableExecutableError} If the bytes are no well-formed PE file.
 */
export function readPortableExecutable(bytes: Uint8Array): PortableExecutable {
  const image = new Image(bytes);
  const imports = image.directory(1);
  const delayed = image.directory(13);
  return {
    machine: machines[image.machine] ??
      `unknown (0x${image.machine.toString(16)})`,
    imports: imports === undefined
      ? []
      : namesOf(image, imports, 20, (record) => image.u32(record + 12)),
    delayImports: delayed === undefined
      ? []
      : namesOf(image, delayed, 32, (record) => {
        const address = image.u32(record + 4);
        // Old linkers wrote addresses that hold the image's base.
        const relative = (image.u32(record) & 1) === 1;
        return relative || address === 0 ? address : address - image.imageBase;
      }),
  };
}
