/**
 * Which versions of the bundle's programs really answer on this computer.
 *
 * @module
 */
import { join } from "@std/path";
import type { Layout } from "./layout.ts";

/** A program's answer: its version, or why there is none. */
export type ToolVersion =
  | { name: string; version: string }
  | { name: string; problem: string };

/** One program to ask. */
interface Tool {
  name: string;
  command: string;
  args: string[];
  /** Finds the version in what it prints. */
  pattern: RegExp;
}

function tools(layout: Layout, exiftool: string | undefined): Tool[] {
  const ffmpeg = layout.ffmpegFolder === undefined
    ? "ffmpeg"
    : join(layout.ffmpegFolder, "ffmpeg.exe");
  return [
    {
      name: "Python",
      command: layout.python,
      args: ["--version"],
      pattern: /Python (\S+)/,
    },
    {
      name: "ExifTool",
      command: exiftool ?? layout.exiftool ?? "exiftool",
      args: ["-ver"],
      pattern: /^(\d+\.\d+)/m,
    },
    {
      name: "FFmpeg",
      command: ffmpeg,
      args: ["-version"],
      pattern: /ffmpeg version (\S+)/,
    },
  ];
}

async function ask(tool: Tool): Promise<ToolVersion> {
  const { name } = tool;
  try {
    const { stdout, stderr, code } = await new Deno.Command(tool.command, {
      args: tool.args,
      stdin: "null",
      signal: AbortSignal.timeout(60_000),
    }).output();
    const decoder = new TextDecoder();
    const text = decoder.decode(stdout) + decoder.decode(stderr);
    const version = text.match(tool.pattern)?.[1];
    if (version !== undefined) return { name, version };
    const last = text.trim().split(/\r?\n/).at(-1);
    return { name, problem: last || `it ended with exit code ${code}` };
  } catch (error) {
    return {
      name,
      problem: error instanceof Deno.errors.NotFound
        ? `'${tool.command}' was not found`
        : String(error instanceof Error ? error.message : error),
    };
  }
}

/** Asks every program the app needs. */
export function toolVersions(
  layout: Layout,
  exiftool: string | undefined,
): Promise<ToolVersion[]> {
  return Promise.all(tools(layout, exiftool).map(ask));
}
