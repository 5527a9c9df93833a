/**
 * The JavaScript packages that are compiled into the launcher.
 *
 * @module
 */
import { UserError } from "../launcher/user_error.ts";
import { comparePaths } from "./bundle.ts";

/** One package. */
export interface JavaScriptPackage {
  /** E.g. `@std/path`. */
  name: string;
  version: string;
  registry: "jsr" | "npm";
  /** SPDX licence expression. */
  licence: string;
}

/** Licences by name; each was read in the package. `@std/*` stands for the scope. */
const licences: Readonly<Record<string, string>> = {
  "@std/*": "MIT",
  "@zip.js/zip.js": "BSD-3-Clause",
};

/** What is used of the answer of `deno info --json`. */
interface ModuleGraph {
  modules: { specifier: string }[];
  npmPackages?: Record<string, { name: string; version: string }>;
}

/**
 * Reads the packages from a module graph.
 *
 * @param graph What `deno info --json PROGRAM` printed, parsed.
 * @returns Sorted by name.
 * @throws {UserError} If a package's licence is not in the table.
 */
export function packagesOf(graph: ModuleGraph): JavaScriptPackage[] {
  const found = new Map<string, Omit<JavaScriptPackage, "licence">>();
  for (const { specifier } of graph.modules) {
    const jsr = /^https:\/\/[^/]+\/(@[^/]+\/[^/]+)\/(\d[^/]*)\//.exec(
      specifier,
    );
    const npm = /^npm:\/?((?:@[^/]+\/)?[^/@]+)@(\d[^/]*)/.exec(specifier);
    const [, name, version] = jsr ?? npm ?? [];
    if (name !== undefined && version !== undefined) {
      found.set(`${name}@${version}`, {
        name,
        version,
        registry: jsr ? "jsr" : "npm",
      });
    }
  }
  return [...found.values()].map((item) => {
    const licence = licences[item.name] ??
      licences[item.name.replace(/\/.*/, "/*")];
    if (licence === undefined) {
      throw new UserError(
        `The licence of the JavaScript package '${item.name}' is not known.`,
        "Add it to the table in build/javascript_packages.ts.",
      );
    }
    return { ...item, licence };
  }).sort((a, b) => comparePaths(a.name, b.name));
}

/**
 * Lists what a program imports from registries, by asking Deno.
 *
 * @param program Path of the program's main module.
 * @param cwd The folder with deno.json.
 */
export async function readJavaScriptPackages(
  program: string,
  cwd: string,
): Promise<JavaScriptPackage[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", program],
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(`deno info failed: ${new TextDecoder().decode(stderr)}`);
  }
  return packagesOf(JSON.parse(new TextDecoder().decode(stdout)));
}
