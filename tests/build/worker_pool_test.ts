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

Deno.test("WorkerPool goes on with a new worker after a job that ends its own", async () => {
  using folder = new TemporaryFolder();
  using pool = new WorkerPool(1);
  const path = folder.write("program", "text");
  const entry = { path: "program", component: "launcher" };
  const noFolders = { build: [], machine: [] };
  const [{ file }, hash] = await Promise.all([
    pool.run("deflateAndInspect", path, folder.at("out"), entry, noFolders),
    pool.run("hash", path),
  ]);
  assertEquals(file.sha256, hash);
  assertEquals(await pool.run("hash", folder.at("out")), file.deflated.sha256);
});

Deno.test("WorkerPool keeps a reserved worker for urgent jobs until it is given back", async () => {
  using folder = new TemporaryFolder();
  using pool = new WorkerPool(2);
  const long = folder.write("long", new Uint8Array(100 << 20));
  const short = folder.write("short", "text");
  const order: string[] = [];
  const note = async (name: string, job: Promise<unknown>): Promise<void> => {
    await job;
    order.push(name);
  };
  const bothInTurn = (): Promise<unknown> =>
    Promise.all([
      note("long", pool.run("hash", long)),
      note("short", pool.run("hash", short)),
      note("urgent", pool.urgent.run("hash", short)),
    ]);
  const reserved = Promise.withResolvers<void>();
  pool.reserve(reserved.promise);
  await bothInTurn();
  assertEquals(order, ["urgent", "long", "short"]);
  reserved.resolve();
  await reserved.promise;
  order.length = 0;
  await bothInTurn();
  assertEquals(order.at(-1), "long");
});

Deno.test("WorkerPool does all jobs with one worker, reserved or not", async () => {
  using folder = new TemporaryFolder();
  using pool = new WorkerPool(1);
  const path = folder.write("file", "text");
  pool.reserve(new Promise(() => {}));
  assertEquals(await pool.run("hash", path), sha256Of("text"));
});
