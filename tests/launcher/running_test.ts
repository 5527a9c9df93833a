import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { InstanceLock, serveControl } from "../../launcher/instance.ts";
import type { Layout } from "../../launcher/layout.ts";
import { stopRunning, waitForRunning } from "../../launcher/running.ts";
import { UserError } from "../../launcher/user_error.ts";

async function inFolder(
  test: (layout: Layout) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await test({ root, instance: join(root, "instance") } as Layout);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("nothing runs in a folder that nobody has locked", () =>
  inFolder(async (layout) => {
    assertEquals(await waitForRunning(layout), "gone");
    assertEquals(await stopRunning(layout), false);
  }));

Deno.test("waitForRunning() waits for the page's address, or for the end", () =>
  inFolder(async (layout) => {
    const record = { pid: 1, version: "1.0.0", control: 1, token: "t" };
    const url = "http://127.0.0.1:5000/";
    {
      using lock = InstanceLock.take(layout);
      lock!.publish(record);
      const waiting = waitForRunning(layout);
      lock!.publish({ ...record, url });
      assertEquals(await waiting, { ...record, url });
      lock!.publish(record);
      await assertRejects(
        () => waitForRunning(layout, 0),
        UserError,
        "serves no page",
      );
    }
    assertEquals(await waitForRunning(layout), "gone");
  }));

Deno.test("stopRunning() asks the launcher that runs, and returns when it has ended", () =>
  inFolder(async (layout) => {
    const lock = InstanceLock.take(layout)!;
    let asked = 0;
    await using control = serveControl(() => {
      asked++;
      lock[Symbol.dispose]();
    });
    lock.publish({
      ...{ pid: 1, version: "1.0.0" },
      ...{ control: control.port, token: control.token },
    });
    assertEquals(await stopRunning(layout), true);
    assertEquals(asked, 1);
  }));

Deno.test("stopRunning() has a remedy for a launcher that does not answer", () =>
  inFolder(async (layout) => {
    using lock = InstanceLock.take(layout);
    assert(lock);
    // The port of a server that has ended.
    const control = serveControl(() => {});
    await control[Symbol.asyncDispose]();
    lock.publish({
      ...{ pid: 1, version: "1.0.0" },
      ...{ control: control.port, token: control.token },
    });
    await assertRejects(
      () => stopRunning(layout),
      UserError,
      "Task Manager",
    );
  }));
