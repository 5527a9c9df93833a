/**
 * What of the platform can be shown without Windows: Linux' half of it, and the
 * decisions that Windows' half makes on plain data.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertGreater } from "@std/assert";
import {
  findPortOwner,
  listeningSockets,
} from "../../launcher/linux_port_owner.ts";
import { loadPlatform } from "../../launcher/platform.ts";
import { browserOpener, posixPlatform } from "../../launcher/platform_posix.ts";
import { withoutQuickEdit } from "../../launcher/windows/console_mode.ts";
import { endsAfterCommand } from "../../launcher/windows/console_window.ts";
import { fromWide, toWide } from "../../launcher/windows/ffi.ts";
import {
  findListener,
  ipv4Rows,
  ipv6Rows,
} from "../../launcher/windows/port_owner.ts";
import { isBelow } from "../../launcher/windows/process_tree.ts";

const posix = Deno.build.os !== "windows";
const linux = Deno.build.os === "linux";

Deno.test({
  name: "loadPlatform() opens no library of Windows' elsewhere",
  ignore: !posix,
  fn: async () => assertEquals(await loadPlatform(), posixPlatform),
});

/** Arguments that make Deno run a script which has `posixPlatform`. */
function withPlatform(script: string): string[] {
  const module = import.meta.resolve("../../launcher/platform_posix.ts");
  return ["eval", `import { posixPlatform } from "${module}";\n${script}`];
}

Deno.test({
  name: "onConsoleEvents() hears signals until it is told to stop",
  ignore: !posix,
  fn: async () => {
    const child = new Deno.Command(Deno.execPath(), {
      args: withPlatform(`
        const alive = setInterval(() => {}, 1000);
        const stop = posixPlatform.onConsoleEvents((event) => {
          console.log(event);
          if (event === "shutdown") {
            stop();
            console.log("deaf");
          }
        });
        console.log("ready");`),
      stdout: "piped",
    }).spawn();
    const heard = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    let text = "";
    const hears = async (line: string) => {
      while (!text.includes(`${line}\n`)) {
        const { value, done } = await heard.read();
        if (done) throw new Error(`It ended without '${line}': ${text}`);
        text += value;
      }
    };
    await hears("ready");
    child.kill("SIGINT");
    await hears("interrupt");
    child.kill("SIGHUP");
    await hears("close");
    child.kill("SIGTERM");
    await hears("deaf");
    child.kill("SIGINT");
    assertEquals((await child.status).signal, "SIGINT");
    assertEquals(text, "ready\ninterrupt\nclose\nshutdown\ndeaf\n");
    await heard.cancel();
  },
});

Deno.test({
  name:
    "freeSpace() tells of a disk, and nothing of a folder that is not there",
  ignore: !posix,
  fn: () => {
    assertGreater(posixPlatform.freeSpace("/")!, 0);
    assertEquals(posixPlatform.freeSpace("/no/such/folder"), undefined);
  },
});

Deno.test({
  name: "findPortOwner() names the process that listens, over IPv4 and IPv6",
  ignore: !linux,
  fn: () => {
    for (const hostname of ["127.0.0.1", "::1"]) {
      using listener = Deno.listen({ hostname, port: 0 });
      const { port } = listener.addr;
      const owner = findPortOwner(port);
      assertEquals(owner?.pid, Deno.pid);
      assert(owner?.name);
    }
  },
});

Deno.test({
  name:
    "findPortOwner() finds nobody behind a port that is only connected from",
  ignore: !linux,
  fn: async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    using client = await Deno.connect({ port: listener.addr.port });
    using _accepted = await listener.accept();
    assertEquals(findPortOwner(client.localAddr.port), undefined);
  },
});

Deno.test("listeningSockets() tells port 80 from 8080 and from a connection to it", () => {
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "   0: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1",
    "   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1",
    "   2: 0100007F:0050 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 333 1",
    "",
  ].join("\n");
  assertEquals(listeningSockets(table, 80), ["111"]);
  assertEquals(listeningSockets(table, 8080), ["222"]);
  assertEquals(listeningSockets("", 80), []);
});

Deno.test("browserOpener() opens no browser where there is no window for it", () => {
  assertEquals(browserOpener("darwin", {}), "open");
  assertEquals(browserOpener("linux", { DISPLAY: ":0" }), "xdg-open");
  assertEquals(browserOpener("linux", { WAYLAND_DISPLAY: "w" }), "xdg-open");
  assertEquals(browserOpener("linux", { DISPLAY: "" }), undefined);
});

Deno.test({
  name: "openBrowser() returns false where the opener is not installed",
  ignore: !linux,
  fn: async () => {
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: withPlatform(
        "Deno.exit(posixPlatform.openBrowser('http://127.0.0.1:1/') ? 3 : 4);",
      ),
      env: { PATH: "/nowhere", DISPLAY: ":0" },
    }).output();
    assertEquals(code, 4);
  },
});

Deno.test("toWide() and fromWide() keep what UTF-8 would lose", () => {
  for (const text of ["", "Ünï 家 📷", "lone \ud800 surrogate"]) {
    assertEquals(toWide(text).at(-1), 0);
    assertEquals(fromWide(toWide(text)), text);
  }
  assertEquals(fromWide(toWide("abcdef"), 3), "abc");
});

Deno.test("withoutQuickEdit() clears that mode and leaves the others", () => {
  assertEquals(withoutQuickEdit(0x1f7), 0x1b7);
  assertEquals(withoutQuickEdit(0x07), 0x87);
});

Deno.test("endsAfterCommand() knows a double-click from a shell somebody types in", () => {
  const doubleClick = String
    .raw`C:\WINDOWS\system32\cmd.exe /c ""C:\a & b\MediaParser.bat" "`;
  assert(endsAfterCommand(doubleClick));
  assert(endsAfterCommand(String.raw`"C:\Windows\cmd.exe" /D /C x.bat`));
  assertFalse(endsAfterCommand(String.raw`"C:\Windows\system32\cmd.exe"`));
  assertFalse(endsAfterCommand("cmd.exe /k prompt.bat /c"));
  assertFalse(endsAfterCommand("cmd.exe"));
});

Deno.test("findListener() reads IPv4 and IPv6 tables, ports in network order", () => {
  for (const rows of [ipv4Rows, ipv6Rows]) {
    const table = new DataView(new ArrayBuffer(4 + 2 * rows.size));
    table.setUint32(0, 2, true);
    const second = 4 + rows.size;
    table.setUint16(4 + rows.portOffset, 80, false);
    table.setUint32(4 + rows.pidOffset, 11, true);
    table.setUint16(second + rows.portOffset, 5000, false);
    table.setUint32(second + rows.pidOffset, 22, true);
    assertEquals(findListener(table, rows, 5000), 22);
    assertEquals(findListener(table, rows, 80), 11);
    assertEquals(findListener(table, rows, 34835), undefined);
  }
});

Deno.test("findListener() does not read past a table that is cut short", () => {
  assertEquals(
    findListener(new DataView(new ArrayBuffer(0)), ipv4Rows, 80),
    undefined,
  );
  const table = new DataView(new ArrayBuffer(10));
  table.setUint32(0, 1000, true);
  assertEquals(findListener(table, ipv4Rows, 80), undefined);
});

Deno.test("isBelow() follows parents that have ended, and ends in a ring", () => {
  // 10, which has ended, started 20, which started 30; 40 and 41 are a ring.
  const parents = new Map([[20, 10], [30, 20], [40, 41], [41, 40], [50, 4]]);
  const roots = new Set([10]);
  assert(isBelow(10, roots, parents));
  assert(isBelow(20, roots, parents));
  assert(isBelow(30, roots, parents));
  assertFalse(isBelow(40, roots, parents));
  assertFalse(isBelow(50, roots, parents));
});
