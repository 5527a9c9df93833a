/**
 * `deno task verify ZIP|FOLDER`: says whether a bundle is as it was built.
 *
 * Exit code 0 when it is, 1 when it is not or cannot be read.
 *
 * @module
 */
import { format } from "@std/fmt/bytes";
import { UserError } from "../launcher/user_error.ts";
import {
  sumsName,
  type Verification,
  verifyFolder,
  verifyZip,
} from "./verify.ts";

/** Prints a line. */
function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/**
 * What is said of a verification.
 *
 * @returns Lines; the last one is the verdict.
 */
export function describeVerification(
  name: string,
  found: Verification,
): string[] {
  const lines = found.findings.map((finding) =>
    `${finding.what}: ${finding.path} (${finding.detail})`
  );
  if (found.manifest) {
    const { app, files } = found.manifest;
    lines.push(
      `${app.name} ${app.version}: ${files.length} files, ${
        format(found.bytes)
      }`,
    );
  }
  if (found.sums === "matched") {
    lines.push(`The zip's hash is the one in ${sumsName}`);
  }
  lines.push(
    found.findings.length === 0
      ? `OK: ${name}`
      : `NOT OK: ${name} differs in ${found.findings.length} places`,
  );
  return lines;
}

/** @returns The exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [target, ...rest] = args;
  if (target === undefined || rest.length > 0 || target.startsWith("-")) {
    print("Usage: deno task verify ZIP|FOLDER");
    return target === "--help" ? 0 : 1;
  }
  try {
    const { isDirectory } = await Deno.stat(target);
    const found =
      await (isDirectory ? verifyFolder(target) : verifyZip(target));
    for (const line of describeVerification(target, found)) print(line);
    return found.findings.length === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      print(`There is no '${target}'. Name a zip or a folder.`);
    } else if (error instanceof UserError) print(error.message);
    else throw error;
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
