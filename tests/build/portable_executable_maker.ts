/**
 * Makes small PE files, byte by byte, for the tests.
 *
 * @module
 */

/** What the made file shall hold. */
export interface PortableExecutablePlan {
  /** @default {0x8664} x64 */
  machine?: number;
  imports?: string[];
  delayImports?: string[];
}

const sectionAddress = 0x1000;
const sectionOffset = 0x200;

/** A PE32+ file with one section that holds the import tables. */
export function makePortableExecutable(
  plan: PortableExecutablePlan = {},
): Uint8Array<ArrayBuffer> {
  const { machine = 0x8664, imports = [], delayImports = [] } = plan;
  const bytes = new Uint8Array(0x1000);
  const view = new DataView(bytes.buffer);
  const header = 0x80;
  const optional = header + 24;
  view.setUint16(0, 0x5a4d, true);
  view.setUint32(0x3c, header, true);
  view.setUint32(header, 0x4550, true);
  view.setUint16(header + 4, machine, true);
  view.setUint16(header + 6, 1, true);
  view.setUint16(header + 20, 240, true);
  view.setUint16(optional, 0x20b, true);
  view.setUint32(optional + 108, 16, true);
  const section = optional + 240;
  const size = bytes.length - sectionOffset;
  view.setUint32(section + 8, size, true);
  view.setUint32(section + 12, sectionAddress, true);
  view.setUint32(section + 16, size, true);
  view.setUint32(section + 20, sectionOffset, true);

  let end = sectionOffset;
  const address = (offset: number): number =>
    offset - sectionOffset + sectionAddress;
  const table = (
    names: string[],
    directory: number,
    recordSize: number,
    nameAt: number,
  ): void => {
    if (names.length === 0) return;
    const start = end;
    end += recordSize * (names.length + 1);
    view.setUint32(optional + 112 + directory * 8, address(start), true);
    view.setUint32(optional + 116 + directory * 8, end - start, true);
    for (const [index, name] of names.entries()) {
      if (directory === 13) view.setUint32(start + index * recordSize, 1, true);
      view.setUint32(start + index * recordSize + nameAt, address(end), true);
      bytes.set(new TextEncoder().encode(name), end);
      end += name.length + 1;
    }
  };
  table(imports, 1, 20, 12);
  table(delayImports, 13, 32, 4);
  return bytes;
}
