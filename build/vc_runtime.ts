/**
 * Brings the parts of the Visual C++ runtime that Python itself lacks.
 *
 * Python's embeddable package has `vcruntime140.dll`, not `msvcp140.dll`, the
 * C++ library, which a wheel such as greenlet's needs. Machines with other
 * programs mostly have it; a fresh Windows does not, and there SQLAlchemy would
 * silently do without greenlet. Wheels repaired by delvewheel carry
 * Microsoft's file under a name with the first half of its hash; where that hash
 * still fits, the bytes are Microsoft's, and the same bytes go beside python.exe.
 *
 * @module
 */
import {
  type CheckedEntry,
  importsOf,
  type ReadEntry,
  type ResultCache,
} from "./bundle_checks.ts";
import { isPortableExecutable } from "./portable_executable.ts";

/** The folder of python.exe, where Windows looks first. */
const folder = "tools/python/";

/** The component that the copied entries belong to. */
export const vcRuntimeComponent = "vc-runtime";

/** DLLs of the runtime that Microsoft lets programs bring. */
const runtime =
  /^(?:msvcp140(?:_1|_2|_atomic_wait|_codecvt_ids)?|concrt140|vcomp140|vcruntime140(?:_1)?)\.dll$/;

/**
 * The entries that have to be added for the bundle's extension modules to load.
 *
 * @param entries The bundle's entries.
 * @param read Reads an entry's bytes; asked only for what `cache` does not know.
 * @returns New entries, with the content of others; empty when none is missing
 *     or no wheel carries what is missing (the bundle's checks then name it).
 */
export async function vcRuntimeEntries<E extends CheckedEntry>(
  entries: readonly E[],
  read: ReadEntry<E>,
  cache?: ResultCache,
): Promise<E[]> {
  const wanted = new Set<string>();
  const copies = new Map<string, E>();
  const present = new Set(entries.map((entry) => entry.path.toLowerCase()));
  for (const entry of entries) {
    if (!entry.path.startsWith(folder) || !isPortableExecutable(entry.path)) {
      continue;
    }
    const name = entry.path.slice(entry.path.lastIndexOf("/") + 1)
      .toLowerCase();
    const renamed = /^(.+)-([0-9a-f]{32})\.dll$/.exec(name);
    if (renamed && entry.sha256.startsWith(renamed[2]!)) {
      copies.set(`${renamed[1]}.dll`, entry);
    }
    const imports = await importsOf(entry, read, cache);
    if (typeof imports === "string") continue;
    for (const dll of imports.dlls.map((dll) => dll.toLowerCase())) {
      if (runtime.test(dll) && !present.has(folder + dll)) wanted.add(dll);
    }
  }
  return [...wanted].sort().flatMap((dll) => {
    const copy = copies.get(dll);
    return copy
      ? [{ ...copy, path: folder + dll, component: vcRuntimeComponent }]
      : [];
  });
}
