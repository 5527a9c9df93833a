import { assert, assertEquals } from "@std/assert";
import type { Entry } from "../../build/bundle.ts";
import { checkExecutables, type ReadEntry } from "../../build/bundle_checks.ts";
import { memoryEntry } from "../../build/content.ts";
import { vcRuntimeEntries } from "../../build/vc_runtime.ts";
import { makePortableExecutable } from "./portable_executable_maker.ts";

const site = "tools/python/Lib/site-packages";
const read: ReadEntry = (entry) => {
  assert(entry.content.kind === "memory");
  return Promise.resolve(entry.content.bytes);
};
const greenlet = memoryEntry(
  `${site}/greenlet/_greenlet.pyd`,
  "wheel:greenlet",
  makePortableExecutable({ imports: ["MSVCP140.dll"] }),
);

/** Microsoft's file under the name that delvewheel gives it. */
function renamed(hash?: string): Entry {
  const entry = memoryEntry(
    "",
    "wheel:numpy",
    makePortableExecutable({ imports: ["KERNEL32.dll"] }),
  );
  return {
    ...entry,
    path: `${site}/numpy.libs/msvcp140-${
      hash ?? entry.sha256.slice(0, 32)
    }.dll`,
  };
}

Deno.test("vcRuntimeEntries() puts the library that a module needs beside python.exe", async () => {
  const copy = renamed();
  const added = await vcRuntimeEntries([greenlet, copy], read);
  assertEquals(added, [{
    ...copy,
    path: "tools/python/msvcp140.dll",
    component: "vc-runtime",
  }]);
  assertEquals(await checkExecutables([greenlet, copy, ...added], read), []);
});

Deno.test("vcRuntimeEntries() takes no file whose bytes are not those its name was made from", async () => {
  assertEquals(
    await vcRuntimeEntries([greenlet, renamed("0".repeat(32))], read),
    [],
  );
});

Deno.test("vcRuntimeEntries() adds nothing that is there or that nobody needs", async () => {
  assertEquals(await vcRuntimeEntries([renamed()], read), []);
  const present = memoryEntry(
    "tools/python/MSVCP140.dll",
    "python",
    makePortableExecutable(),
  );
  assertEquals(
    await vcRuntimeEntries([greenlet, renamed(), present], read),
    [],
  );
});
