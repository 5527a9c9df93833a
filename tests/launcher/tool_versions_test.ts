import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import type { Layout } from "../../launcher/layout.ts";
import { toolVersions } from "../../launcher/tool_versions.ts";

Deno.test("toolVersions() tells a program that answers from one that is missing and one that says something else", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const layout = {
      // Deno answers --version as well, but is no Python.
      python: Deno.execPath(),
      exiftool: join(folder, "exiftool"),
      ffmpegFolder: folder,
    } as Layout;
    const [python, exiftool, ffmpeg] = await toolVersions(layout, undefined);
    assertEquals(python!.name, "Python");
    assertMatch((python as { problem: string }).problem, /^typescript/);
    assertEquals(exiftool, {
      name: "ExifTool",
      problem: `'${join(folder, "exiftool")}' was not found`,
    });
    assertEquals(ffmpeg, {
      name: "FFmpeg",
      problem: `'${join(folder, "ffmpeg.exe")}' was not found`,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("toolVersions() reads the version that a Python tells", async () => {
  const python = Deno.build.os === "windows" ? "python" : "python3";
  const [answer] = await toolVersions({ python } as Layout, "no-exiftool");
  assertMatch((answer as { version: string }).version, /^3\.\d+\.\d+/);
});
