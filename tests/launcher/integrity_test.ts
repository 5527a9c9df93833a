import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { changedFiles, sha256OfFile } from "../../launcher/integrity.ts";

/** A folder with three files and their manifest. */
async function bundle(): Promise<
  & { root: string; files: { path: string; sha256: string; size: number }[] }
  & AsyncDisposable
> {
  const root = await Deno.makeTempDir({ prefix: "integrity" });
  await Deno.mkdir(join(root, "app", "deep"), { recursive: true });
  const contents: Record<string, Uint8Array> = {
    "run.py": new TextEncoder().encode("print()\n"),
    "app/deep/big.bin": new Uint8Array(600_000).fill(7),
    "empty.txt": new Uint8Array(),
  };
  const files = [];
  for (const [path, bytes] of Object.entries(contents)) {
    await Deno.writeFile(join(root, path), bytes);
    files.push({
      path,
      sha256: await sha256OfFile(join(root, path)),
      size: bytes.length,
    });
  }
  return {
    root,
    files,
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

Deno.test("sha256OfFile() gives the digest of a file longer than its buffer", async () => {
  await using made = await bundle();
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new Uint8Array(600_000).fill(7),
  );
  assertEquals(made.files[1]?.sha256, new Uint8Array(digest).toHex());
});

Deno.test("changedFiles() finds nothing in a folder as it was made", async () => {
  await using made = await bundle();
  assertEquals(await changedFiles(made.root, made), []);
  assertEquals(await changedFiles(made.root, made, { quick: true }), []);
});

Deno.test("changedFiles() names one flipped bit, a missing file and a file of another length", async () => {
  await using made = await bundle();
  const big = join(made.root, "app/deep/big.bin");
  const bytes = await Deno.readFile(big);
  bytes[400_000]! ^= 1;
  await Deno.writeFile(big, bytes);
  await Deno.remove(join(made.root, "run.py"));
  await Deno.writeTextFile(join(made.root, "empty.txt"), "x");
  assertEquals(await changedFiles(made.root, made), [
    { path: "run.py", what: "missing", detail: "it is not there" },
    {
      path: "app/deep/big.bin",
      what: "content",
      detail: "its content differs",
    },
    { path: "empty.txt", what: "size", detail: "1 bytes instead of 0" },
  ]);
  assertEquals(
    (await changedFiles(made.root, made, { quick: true })).map((change) =>
      change.what
    ),
    ["missing"],
  );
});

Deno.test("changedFiles() quickly finds what is missing, and programs of another length", async () => {
  await using made = await bundle();
  const program = join(made.root, "app", "tool.EXE");
  await Deno.writeTextFile(program, "MZ");
  const files = [...made.files, {
    path: "app/tool.EXE",
    sha256: await sha256OfFile(program),
    size: 2,
  }];
  const quick = () => changedFiles(made.root, { files }, { quick: true });
  assertEquals(await quick(), []);
  await Deno.writeTextFile(program, "M");
  await Deno.remove(join(made.root, "app", "deep"), { recursive: true });
  assertEquals((await quick()).map(({ path, what }) => [path, what]), [
    ["app/deep/big.bin", "missing"],
    ["app/tool.EXE", "size"],
  ]);
});

Deno.test("changedFiles() takes a folder in a file's place, or a file in a folder's, as missing", async () => {
  await using made = await bundle();
  await Deno.remove(join(made.root, "run.py"));
  await Deno.mkdir(join(made.root, "run.py"));
  await Deno.remove(join(made.root, "app"), { recursive: true });
  await Deno.writeTextFile(join(made.root, "app"), "");
  for (const quick of [false, true]) {
    const changes = await changedFiles(made.root, made, { quick });
    assertEquals(changes.map(({ path, what }) => [path, what]), [
      ["run.py", "missing"],
      ["app/deep/big.bin", "missing"],
    ]);
  }
});
