import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  isPortableExecutable,
  PortableExecutableError,
  readPortableExecutable,
} from "../../build/portable_executable.ts";
import { makePortableExecutable } from "./portable_executable_maker.ts";

Deno.test("readPortableExecutable() reads imports, delayed imports and the machine", () => {
  const plan = {
    imports: ["KERNEL32.dll", "python312.dll"],
    delayImports: ["ole32.dll"],
  };
  assertEquals(readPortableExecutable(makePortableExecutable(plan)), {
    machine: "x64",
    ...plan,
  });
  assertEquals(
    readPortableExecutable(makePortableExecutable({ machine: 0x14c })).machine,
    "x86",
  );
  assertEquals(
    readPortableExecutable(makePortableExecutable({ machine: 0xaa64 })).machine,
    "arm64",
  );
  assertEquals(
    readPortableExecutable(makePortableExecutable({ machine: 1 })).machine,
    "unknown (0x1)",
  );
});

Deno.test("readPortableExecutable() reads a file that lies inside a larger buffer", () => {
  const file = makePortableExecutable({ imports: ["a.dll"] });
  const larger = new Uint8Array(file.length + 7);
  larger.set(file, 7);
  assertEquals(readPortableExecutable(larger.subarray(7)).imports, ["a.dll"]);
});

Deno.test("readPortableExecutable() refuses what is no PE file, and never reads past its end", () => {
  const good = makePortableExecutable({
    imports: ["a.dll"],
    delayImports: ["b.dll"],
  });
  assertThrows(
    () => readPortableExecutable(new Uint8Array()),
    PortableExecutableError,
  );
  assertThrows(
    () => readPortableExecutable(new TextEncoder().encode("#!/bin/sh")),
    PortableExecutableError,
  );
  for (let length = 0; length < 0x23c; length++) {
    assertThrows(
      () => readPortableExecutable(good.subarray(0, length)),
      PortableExecutableError,
    );
  }
});

Deno.test("readPortableExecutable() answers damaged files with its own error or a result", () => {
  const good = makePortableExecutable({
    imports: ["a.dll", "b.dll"],
    delayImports: ["c.dll"],
  });
  let refused = 0;
  for (let at = 0; at < 0x280; at++) {
    for (const value of [0x00, 0x7f, 0xff]) {
      const damaged = good.slice();
      damaged[at] = value;
      try {
        readPortableExecutable(damaged);
      } catch (error) {
        assert(error instanceof PortableExecutableError, String(error));
        refused++;
      }
    }
  }
  assert(refused > 20);
});

Deno.test("readPortableExecutable() ends on a table without an end", () => {
  const endless = makePortableExecutable({ imports: ["a.dll"] });
  const view = new DataView(endless.buffer);
  const name = view.getUint32(0x20c, true);
  for (let record = 0x300; record + 20 <= endless.length; record += 20) {
    view.setUint32(record + 12, name, true);
  }
  view.setUint32(0x80 + 24 + 120, 0x1100, true);
  assertThrows(() => readPortableExecutable(endless), PortableExecutableError);
});

Deno.test("isPortableExecutable() knows code by its extension", () => {
  assert(isPortableExecutable("tools/python/PYTHON.EXE"));
  assert(isPortableExecutable("a/b.cp312-win_amd64.pyd"));
  assert(!isPortableExecutable("a/b.dll.a"));
});
