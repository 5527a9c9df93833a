/**
 * Lists newer versions of the JavaScript packages and of Deno itself.
 *
 * @module
 */
import denoConfig from "../deno.json" with { type: "json" };
import { attempt, newestOnJsr, newestOnNpm } from "./look_up.ts";
import { compareVersions, pinnedPackages } from "./update_plan.ts";

/**
 * Lists what deno.json pins, and Deno itself. Nothing of it is rewritten: a new
 * version has to be type-checked, and its integrity goes into scripts/deno.lock.
 *
 * @param print Takes each line.
 */
export async function listPackages(
  print: (line: string) => void,
): Promise<void> {
  const imports = [denoConfig.imports, ...Object.values(denoConfig.scopes)]
    .flatMap((map) => Object.values(map));
  print("JavaScript packages of deno.json, and Deno itself");
  const packages = [
    { registry: "npm", name: "deno", version: Deno.version.deno } as const,
    ...pinnedPackages(imports),
  ];
  const silent = new Set<string>();
  for (const { registry, name, version } of packages) {
    if (silent.has(registry)) continue;
    const said = await attempt(async () => {
      const newest = registry === "npm"
        ? await newestOnNpm(name)
        : await newestOnJsr(name);
      return compareVersions(newest, version) <= 0
        ? ""
        : `${name} ${newest} is out, pinned is ${version}`;
    }, (reason) => {
      // Of a registry that does not answer it is enough to hear once.
      silent.add(registry);
      return reason;
    });
    if (said !== "") print(`  ${said}`);
  }
}
