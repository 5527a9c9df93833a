import { assertEquals, assertRejects } from "@std/assert";
import { readContentSync } from "../../build/content.ts";
import { sha256Of } from "../../build/digest.ts";
import { ffmpegEntries } from "../../build/ffmpeg.ts";
import { UserError } from "../../launcher/user_error.ts";
import { BuildParts } from "./build_parts.ts";

const files = [
  { name: "ffmpeg-7.1/bin/ffmpeg.exe", data: "MZ ffmpeg" },
  { name: "ffmpeg-7.1/bin/ffplay.exe", data: "MZ ffplay" },
  { name: "ffmpeg-7.1/LICENSE", data: "GPL" },
];

Deno.test("ffmpegEntries() takes ffmpeg.exe and nothing else", async () => {
  using parts = new BuildParts();
  const root = "ffmpeg-7.1/bin/";
  const entries = await ffmpegEntries(
    parts.zip(files, { root }),
    parts.archives,
  );
  assertEquals(entries.map(({ path }) => path), ["tools/ffmpeg/ffmpeg.exe"]);
  assertEquals(
    new TextDecoder().decode(readContentSync(entries[0]!)),
    "MZ ffmpeg",
  );
});

Deno.test("ffmpegEntries() takes the program under the name that its source has for it", async () => {
  using parts = new BuildParts();
  const source = { root: "binaries/", program: "ffmpeg-win-v7.1.exe" };
  const named = [{ name: "binaries/ffmpeg-win-v7.1.exe", data: "MZ ffmpeg" }];
  const [entry] = await ffmpegEntries(
    parts.zip(named, source),
    parts.archives,
  );
  assertEquals(entry!.path, "tools/ffmpeg/ffmpeg.exe");
});

Deno.test("ffmpegEntries() refuses another program than the pinned one, and none", async () => {
  using parts = new BuildParts();
  const root = "ffmpeg-7.1/bin/";
  const pinned = (programSha256: string) =>
    ffmpegEntries(parts.zip(files, { root, programSha256 }), parts.archives);
  assertEquals((await pinned(sha256Of("MZ ffmpeg"))).length, 1);
  await assertRejects(
    () => pinned(sha256Of("MZ other")),
    UserError,
    "its 'ffmpeg.exe' is another one than pinned",
  );
  await assertRejects(
    () => ffmpegEntries(parts.zip(files, { root: "bin/" }), parts.archives),
    UserError,
    "it holds no 'bin/ffmpeg.exe'",
  );
});
