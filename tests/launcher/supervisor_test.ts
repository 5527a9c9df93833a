/**
 * The supervisor over real processes, which speak the control protocol as
 * `mediaparser_portable.child` does.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { join } from "@std/path";
import {
  type AppProcess,
  startAppProcess,
} from "../../launcher/app_process.ts";
import type { ProcessName } from "../../launcher/console.ts";
import { Supervisor } from "../../launcher/supervisor.ts";

const script = `
const [behaviour] = Deno.args;
console.log("args " + Deno.args.join(" "));
if (behaviour === "fail") { console.error("no luck"); Deno.exit(3); }
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  for (const line of text.trim().split("\\n")) {
    console.log("got " + line);
    if (line === "stop" && behaviour !== "stubborn") Deno.exit(0);
    if (line === "die") Deno.exit(5);
  }
}
if (behaviour !== "stubborn") Deno.exit(0);
setInterval(() => {}, 1000);
`;

/** A supervisor of two such processes, and what was printed and said. */
class Scene implements AsyncDisposable {
  readonly printed: string[] = [];
  readonly said: string[] = [];
  readonly started: AppProcess[] = [];
  /** The program that is started next. */
  command = Deno.execPath();
  readonly supervisor: Supervisor;

  private constructor(
    private readonly folder: string,
    behaviours: Record<ProcessName, string>,
  ) {
    const start = (name: ProcessName, ...args: string[]) => {
      const process = startAppProcess({
        name,
        command: this.command,
        args: ["run", "-A", "--no-config", join(folder, "p.ts"), ...args],
        folder,
        environment: {},
        onLine: (line) => this.printed.push(`${name}: ${line}`),
      });
      this.started.push(process);
      return process;
    };
    const say = (line: string) => void this.said.push(line);
    this.supervisor = new Supervisor({
      startWorker: (wait) => start("worker", behaviours.worker, String(wait)),
      startServer: (pid, wait) =>
        start("server", behaviours.server, String(pid), String(wait)),
      console: { say, warn: say, fail: say },
      endDescendants: () => {},
    });
  }

  static async open(server = "good", worker = "good"): Promise<Scene> {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(join(folder, "p.ts"), script);
    return new Scene(folder, { server, worker });
  }

  async prints(line: string): Promise<void> {
    while (!this.printed.includes(line)) await delay(5);
  }

  async says(pattern: RegExp): Promise<void> {
    while (!this.said.some((line) => pattern.test(line))) await delay(5);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.started) process.kill();
    await Promise.all(this.started.map(({ ended }) => ended));
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test("Supervisor starts the worker, then the server with its process id, and tells both when to go on", async () => {
  await using scene = await Scene.open();
  const { supervisor } = scene;
  supervisor.start(true);
  const [worker, server] = scene.started;
  assertEquals([worker!.name, server!.name], ["worker", "server"]);
  await scene.prints(`server: args good ${worker!.pid} true`);
  await scene.prints("worker: args good true");
  await supervisor.go();
  await scene.prints("server: got go");
  await supervisor.settle();
  await scene.prints("server: got settled");
  await scene.prints("worker: got go");
  supervisor.stop();
  assertEquals(await supervisor.outcome, { kind: "stopped", forced: false });
});

Deno.test("Supervisor starts a dead worker again, and tells the server its new process id", async () => {
  await using scene = await Scene.open();
  const { supervisor } = scene;
  supervisor.start(false);
  await scene.prints("worker: args good true");
  await scene.started[0]!.send("die");
  while (scene.started.length < 3) await delay(5);
  const next = scene.started[2]!;
  await scene.prints(`server: got worker-pid ${next.pid}`);
  await scene.prints("worker: args good false");
  supervisor.stop();
  assertEquals((await supervisor.outcome).kind, "stopped");
});

Deno.test("Supervisor gives a worker up that dies five times, with its last words, and keeps the server", async () => {
  await using scene = await Scene.open("good", "fail");
  const { supervisor } = scene;
  supervisor.start(false);
  await scene.says(/5 times/);
  assert(scene.said.includes("  no luck"));
  assertEquals(
    scene.started.filter(({ name }) => name === "worker").length,
    5,
  );
  assert(supervisor.pids.server !== undefined);
  supervisor.stop();
  assertEquals(await supervisor.outcome, { kind: "stopped", forced: false });
});

Deno.test("Supervisor counts a worker that cannot be started as one that died, and keeps the server", async () => {
  await using scene = await Scene.open();
  const { supervisor } = scene;
  supervisor.start(false);
  await scene.prints("worker: args good true");
  scene.command = "no-such-python";
  await scene.started[0]!.send("die");
  await scene.says(/5 times .* the error 'Cannot start the worker/);
  assertEquals(supervisor.pids, { server: scene.started[1]!.pid });
  supervisor.stop();
  assertEquals(await supervisor.outcome, { kind: "stopped", forced: false });
});

Deno.test("Supervisor.stop() during the pause before a restart starts nothing more", async () => {
  await using scene = await Scene.open("good", "fail");
  const { supervisor } = scene;
  supervisor.start(false);
  await scene.says(/exit code 3/);
  assert(!supervisor.ending);
  const { length } = scene.started;
  supervisor.stop();
  supervisor.stop();
  assert(supervisor.ending);
  assertEquals(await supervisor.outcome, { kind: "stopped", forced: false });
  // Longer than the first pause.
  await delay(400);
  assertEquals(scene.started.length, length);
});

Deno.test("Supervisor ends the worker when the server dies, and tells its code and last lines", async () => {
  await using scene = await Scene.open();
  const { supervisor } = scene;
  supervisor.start(false);
  await scene.prints("worker: args good true");
  await scene.prints(`server: args good ${scene.started[0]!.pid} false`);
  await scene.started[1]!.send("die");
  const outcome = await supervisor.outcome;
  assertEquals(outcome, {
    kind: "server-ended",
    code: 5,
    lastLines: [`args good ${scene.started[0]!.pid} false`, "got die"],
  });
  assertEquals(await scene.started[0]!.ended, { code: 0 });
  assert(scene.printed.includes("worker: got stop"));
});

Deno.test("Supervisor ends what will not stop by force, after its patience", async () => {
  await using scene = await Scene.open("good", "stubborn");
  const { supervisor } = scene;
  supervisor.patience = 50;
  supervisor.start(false);
  await scene.prints("worker: args stubborn true");
  supervisor.stop();
  assertEquals(await supervisor.outcome, { kind: "stopped", forced: true });
});

Deno.test("Supervisor.force() does not wait for its patience", async () => {
  await using scene = await Scene.open("stubborn", "stubborn");
  const { supervisor } = scene;
  supervisor.patience = 1_000_000;
  supervisor.start(false);
  await scene.prints("worker: args stubborn true");
  supervisor.stop();
  supervisor.force();
  assertEquals(await supervisor.outcome, { kind: "stopped", forced: true });
});
