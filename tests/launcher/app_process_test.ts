/**
 * Real processes, started, listened to and ended.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertThrows,
} from "@std/assert";
import { delay } from "@std/async/delay";
import { join } from "@std/path";
import {
  type AppProcess,
  type AppProcessOptions,
  startAppProcess,
} from "../../launcher/app_process.ts";
import { UserError } from "../../launcher/user_error.ts";
import { repository } from "../support/installation.ts";
import {
  nothingLeftIn,
  processesIn,
  testPython,
} from "../support/launcher_process.ts";
import { testUnless } from "../support/requirements.ts";

/** A process that works in a folder of its own, and what it printed. */
interface Started extends AsyncDisposable {
  folder: string;
  process: AppProcess;
  printed: string[];
}

/** Starts a script in a folder of its own. */
async function startScript(
  script: string,
  options: Partial<AppProcessOptions> = {},
): Promise<Started> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const printed: string[] = [];
  await Deno.writeTextFile(join(folder, "script"), script);
  const process = startAppProcess({
    name: "server",
    command: Deno.execPath(),
    args: ["run", "-A", "--no-config", "--ext=js", "script"],
    folder,
    environment: {},
    onLine: (line) => void printed.push(line),
    ...options,
  });
  return {
    folder,
    process,
    printed,
    [Symbol.asyncDispose]: async () => {
      process.kill();
      await process.ended;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("startAppProcess() runs in its folder with its variables, and hears both streams", async () => {
  await using started = await startScript(
    `console.log(Deno.cwd());
     console.error(Deno.env.get("QUALITY"));
     Deno.exit(7);`,
    { environment: { QUALITY: "70 %" } },
  );
  const { process, folder, printed } = started;
  assertEquals(await process.ended, { code: 7 });
  assertEquals(printed.toSorted(), ["70 %", folder].toSorted());
});

Deno.test("startAppProcess() keeps the last twelve lines", async () => {
  await using started = await startScript(
    "for (let line = 1; line <= 100; line++) console.log(line);",
  );
  const { process, printed } = started;
  await process.ended;
  assertEquals(printed.length, 100);
  assertEquals(process.lastLines(), printed.slice(-12));
});

Deno.test("startAppProcess() names what it cannot start, and what to do", () => {
  const error = assertThrows(
    () =>
      startAppProcess({
        name: "worker",
        command: "no-such-python",
        args: [],
        folder: ".",
        environment: {},
        onLine: () => {},
      }),
    UserError,
  );
  assertMatch(error.message, /start the worker: 'no-such-python'.*Install/);
  assertInstanceOf(error.cause, Deno.errors.NotFound);
});

const echo = `
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    console.log(text.trim());
    if (text.includes("stop")) Deno.exit(0);
  }
`;

Deno.test("AppProcess passes orders on, and none to a process that has ended", async () => {
  await using started = await startScript(echo);
  const { process, printed } = started;
  await process.send("worker-pid 5");
  while (printed.length === 0) await delay(5);
  process.requestStop();
  assertEquals(await process.ended, { code: 0 });
  assertEquals(printed, ["worker-pid 5", "stop"]);
  await process.send("go");
  process.requestStop();
  process.kill();
});

Deno.test({
  name:
    "AppProcess.kill() ends a process that ignores everything, and its code says so",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using started = await startScript(
      `for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
         Deno.addSignalListener(name, () => {});
       }
       console.log("here");
       setInterval(() => {}, 1000);`,
    );
    const { process, printed } = started;
    while (printed.length === 0) await delay(5);
    process.kill();
    assertEquals(await process.ended, { code: 137 });
  },
});

/** A script of the app that leaves a process behind, which keeps its pipes. */
const leavesOneBehind = `
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("left one", flush=True)
`;

testUnless(
  testPython() === undefined
    ? "no Python; deno task test prepares one"
    : Deno.build.os === "linux"
    ? undefined
    : "looks into /proc, which is Linux'",
  "AppProcess ends without waiting for what it leaves behind, and kill() ends that too",
  async () => {
    await using started = await startScript(leavesOneBehind, {
      command: testPython()!,
      args: ["-m", "mediaparser_portable.child", "script"],
      environment: { PYTHONPATH: join(repository, "launcher", "python") },
    });
    const { process, folder, printed } = started;
    assertEquals(await process.ended, { code: 0 });
    assertEquals(printed, ["left one"]);
    assert(processesIn(folder).length === 1);
    process.kill();
    await nothingLeftIn(folder);
  },
);
