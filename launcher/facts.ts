/**
 * Gathers what the preflight checks decide on.
 *
 * @module
 */
import { join } from "@std/path";
import { changedFiles } from "./integrity.ts";
import type { Layout } from "./layout.ts";
import type { Manifest } from "./manifest.ts";
import type { Platform } from "./platform.ts";
import type { Facts } from "./preflight.ts";
import { cloudVariables, readVariables } from "./variables.ts";

/** What {@linkcode gatherFacts} needs. */
export interface FactsOptions {
  layout: Layout;
  manifest: Manifest | undefined;
  platform: Platform;
  host: string;
  /** How thoroughly files are compared with the manifest. */
  files: "present" | "thorough";
}

/** Why nothing can be written in `folder`; undefined where it can. */
function writeErrorIn(folder: string): string | undefined {
  const probe = join(folder, `.write-test-${Deno.pid}`);
  try {
    Deno.writeTextFileSync(probe, "");
    Deno.removeSync(probe);
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return "access denied";
    return error instanceof Error ? error.message : String(error);
  }
}

/** ExifTool's path as ExifTool itself can open it; undefined where there is none. */
export function openableExiftool(
  layout: Layout,
  platform: Platform,
): string | undefined {
  const { exiftool } = layout;
  if (exiftool === undefined) return undefined;
  if (platform.ansiCodePageHolds(exiftool) !== false) return exiftool;
  const short = platform.shortPath(exiftool);
  return short !== undefined && platform.ansiCodePageHolds(short) !== false
    ? short
    : undefined;
}

/** Gathers the facts. */
export async function gatherFacts(options: FactsOptions): Promise<Facts> {
  const { layout, manifest, platform, host } = options;
  const { root } = layout;
  const quick = options.files === "present";
  const changes = manifest === undefined
    ? []
    : await changedFiles(root, manifest, { quick });
  const writeError = writeErrorIn(root);
  return {
    root,
    windows: Deno.build.os === "windows",
    portable: layout.kind === "portable",
    ...(writeError === undefined ? {} : { writeError }),
    cloudFolders: Object.values(readVariables(cloudVariables)),
    driveKind: platform.driveKind(root),
    freeBytes: platform.freeSpace(root),
    longestPath: Math.max(
      0,
      ...(manifest?.files.map(({ path }) => path.length) ?? []),
    ),
    exiftoolCanOpen: layout.exiftool === undefined ||
      openableExiftool(layout, platform) !== undefined,
    changedFiles: changes.map(({ path, what, detail }) => ({
      path,
      problem: what === "missing" ? "missing" : `changed (${detail})`,
    })),
    host,
  };
}
