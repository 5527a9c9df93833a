import { assertEquals, assertRejects } from "@std/assert";
import { sha256Of } from "../../build/digest.ts";
import { WorkerPool } from "../../build/worker_pool.ts";
import { UserError } from "../../launcher/user_error.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

Deno.test("WorkerPool answers each job with its own result", async () => {
  using folder = new TemporaryFolder();
  using pool = new WorkerPool(2);
  const texts = Array.from({ length: 9 }, (_, index) => `text ${index}`);
  const hashes = await Promise.all(
    texts.map((text, index) =>
      pool.run("hash", folder.write(`${index}`, text))
    ),
  );
  assertEquals(hashes, texts.map((text) => sha256Of(text)));
});

Deno.test("WorkerPool does urgent jobs before others that wait longer", async () => {
  using folder = new TemporaryFolder();
  using pool = new WorkerPool(1);
  const path = folder.write("file", "text");
  const order: string[] = [];
  const note = async (name: string, job: Promise<unknown>): Promise<void> => {
    await job;
    order.push(name);
  };
  await Promise.all([
    note("running", pool.run("hash", path)),
    note("waiting", pool.run("hash", path)),
    note("urgent", pool.urgent.run("hash", path)),
  ]);
  assertEquals(order, ["running", "urgent", "waiting"]);
});

Deno.test("WorkerPool passes on what a job throws, and goes on working", async () => {
  using folder = new TemporaryFolder();
  using pool = new WorkerPool(1);
  const missing = await assertRejects(
    () => pool.run("hash", folder.at("missing")),
    Error,
  );
  assertEquals((missing as Error & { code?: string }).code, "ENOENT");
  const noZip = folder.write("no.zip", "no zip");
  await assertRejects(() => pool.run("indexZip", noZip), UserError, "no.zip");
  assertEquals(await pool.run("hash", noZip), sha256Of("no zip"));
});
