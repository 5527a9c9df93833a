/**
 * The platform's members on a real Windows, or Wine.
 *
 * What Wine cannot show: an event of a window that is really closed (Wine's
 * terminal ends programs instead; here the event goes through Windows' own
 * dispatcher, `CtrlRoutine`), names in 8.3 form that differ from the long ones, a
 * network drive, another process' command line, QuickEdit's freeze, and the Explorer that opens a browser.
 *
 * @module
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { join } from "@std/path";
import { testUnless } from "../support/requirements.ts";
import { ConsoleWindow } from "./console.ts";
import {
  missingForConsole,
  missingForWindows,
  WindowsMachine,
} from "./machine.ts";
import { compileProbe } from "./probe.ts";
import { until } from "./until.ts";

/** A machine with the probe on it. */
async function machineWithProbe() {
  const machine = await WindowsMachine.start();
  const probe = join(machine.folder, "probe.exe");
  await compileProbe(probe);
  /** Runs the probe; gives its exit code and the values it printed. */
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await machine.run(probe, args);
    const values = stdout.split("\n").filter((line) => line.trim() !== "")
      .map((line) => JSON.parse(line));
    if (values.length === 0) throw new Error(`The probe failed: ${stderr}`);
    return { code, values, last: values.at(-1) };
  };
  return {
    machine,
    probe,
    run,
    [Symbol.asyncDispose]: () => machine[Symbol.asyncDispose](),
  };
}

const missing = missingForWindows();

testUnless(
  missing,
  "freeSpace(), driveKind() and ansiCodePageHolds() tell what Windows knows",
  async () => {
    await using probe = await machineWithProbe();
    const { last: western } = await probe.run("facts", "C:\\", "Ünï & co");
    assertGreater(western.freeSpace, 0);
    assertEquals(western.driveKind, "fixed");
    assert(western.ansiCodePageHolds);
    assertEquals(western.shortPath, "C:\\");
    const { last: chinese } = await probe.run("facts", "C:\\none", "家");
    assertEquals(chinese.freeSpace, undefined);
    assertEquals(chinese.shortPath, undefined);
    assertEquals(chinese.ansiCodePageHolds, false);
  },
);

testUnless(
  missing,
  "portOwner() names who listens, over IPv4 and IPv6",
  async () => {
    await using probe = await machineWithProbe();
    const { last } = await probe.run("portOwner");
    const owner = { pid: last.pid, name: "probe.exe" };
    assertEquals(last.owners, [owner, owner]);
    assertEquals(last.nobody, null);
  },
);

/** Starts a launcher, its child and its grandchild, and kills the launcher. */
async function killLauncher(machine: WindowsMachine, probe: string) {
  const over = machine.run(probe, ["family", "stay"]);
  const find = (what: RegExp) =>
    machine.processes().find(({ command }) => what.test(command));
  await until("the grandchild runs", () => find(/probe.exe sleeper/));
  machine.kill(find(/probe.exe family/)!);
  await over;
}

testUnless(
  missing,
  "confineDescendants() ends children and grandchildren with a launcher that is killed",
  async () => {
    await using probe = await machineWithProbe();
    await killLauncher(probe.machine, probe.probe);
    await until("all have ended", () => probe.machine.processes().length === 0);
  },
);

testUnless(
  missing,
  "endDescendants() ends children and grandchildren, and not the launcher",
  async () => {
    await using probe = await machineWithProbe();
    const { code, last } = await probe.run("family", "end");
    assertEquals({ code, ...last }, { code: 0, confinement: null, left: 0 });
  },
);

testUnless(
  missing,
  "releaseDescendants() lets what was started outlive the launcher",
  async () => {
    await using probe = await machineWithProbe();
    await probe.run("family", "release");
    assert(
      probe.machine.processes().some(({ command }) => /sleeper/.test(command)),
    );
  },
);

for (
  const [code, name] of [[2, "close"], [5, "logoff"], [6, "shutdown"]] as const
) {
  testUnless(
    missing,
    `onConsoleEvents() gives the launcher time to end at ${name}`,
    async () => {
      await using probe = await machineWithProbe();
      const { code: exitCode, last } = await probe.run("events", String(code));
      assertEquals(last, { event: name, handlerReturned: false });
      assertEquals(exitCode, 42);
    },
  );
}

testUnless(
  missing,
  "onConsoleEvents() deals with Ctrl+Break instead of being ended by it",
  async () => {
    await using probe = await machineWithProbe();
    const { code, last } = await probe.run("events", "1");
    assertEquals(last, { event: "break", handlerReturned: true });
    assertEquals(code, 42);
  },
);

testUnless(
  missingForConsole(),
  "onConsoleEvents() deals with Ctrl+C in a console instead of being ended by it",
  async () => {
    await using probe = await machineWithProbe();
    const { machine } = probe;
    await using terminal = await ConsoleWindow.open(machine, probe.probe, [
      "events",
    ]);
    await terminal.shows(/"ready":true/);
    await terminal.press("C-c");
    await terminal.shows(/"event":"interrupt"/);
    assertEquals(await terminal.ended(), 42);
  },
);

testUnless(
  missingForConsole(),
  "prepareConsole() turns QuickEdit off and UTF-8 on, and puts both back",
  async () => {
    await using probe = await machineWithProbe();
    await using terminal = await ConsoleWindow.open(
      probe.machine,
      probe.probe,
      [
        "console",
      ],
    );
    const [line] = await terminal.shows(/\{"before".*\}/);
    const { before, prepared, after } = JSON.parse(line);
    assertEquals(prepared.codePage, 65001);
    assertEquals(prepared.modes[0] & 0x40, 0);
    assertEquals(prepared.modes[1] & 0x05, 0x05);
    assertEquals(after.codePage, before.codePage);
    assertEquals(after.modes[0] & 0x40, before.modes[0] & 0x40);
    assertEquals(after.modes[1], before.modes[1]);
  },
);

testUnless(
  missingForConsole(),
  "openedByDoubleClick() knows a window of its own from one of a shell's",
  async () => {
    await using probe = await machineWithProbe();
    const { machine } = probe;
    const ask = async (program: string, args: string[], batch = false) => {
      await using terminal = await ConsoleWindow.open(machine, program, args, {
        environment: batch ? { MEDIAPARSER_BAT: "1" } : {},
      });
      const [line] = await terminal.shows(/\{"freeSpace".*\}/);
      return JSON.parse(line);
    };
    const path = machine.windowsPath(probe.probe);
    assert((await ask(probe.probe, ["facts"])).openedByDoubleClick);
    const byBatch = await ask("cmd.exe", ["/c", path, "facts"], true);
    assert(byBatch.openedByDoubleClick, JSON.stringify(byBatch));
    const byShell = await ask("cmd.exe", ["/c", path, "facts"]);
    assert(!byShell.openedByDoubleClick, JSON.stringify(byShell));
  },
);
