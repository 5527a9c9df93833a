/**
 * Which modules the server can load while the database is being made.
 *
 * A bundle's manifest lists them. For a checkout they are read off its sources:
 * a wrong guess costs a few milliseconds, a missing one too.
 *
 * @module
 */
import { join } from "@std/path";

/** The modules that a Python source imports at its top level, as written. */
export function importedModules(source: string): string[] {
  const statements = source.matchAll(
    /^(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import\b|import[ \t]+([\w., \t]+))/gm,
  );
  return [...statements].flatMap(([, from, imports]) =>
    from !== undefined
      ? [from]
      : imports!.split(",").map((name) => name.trim().split(/\s/)[0]!)
  ).filter((name) => name !== "" && name !== "__future__");
}

async function sources(folder: string, depth: number): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isFile, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isFile && name.endsWith(".py")) found.push(path);
    if (isDirectory && depth > 0) found.push(...await sources(path, depth - 1));
  }
  return found;
}

/**
 * The modules that a checkout imports and does not hold itself, sorted.
 *
 * @param root The checkout's folder.
 */
export async function readImportedModules(root: string): Promise<string[]> {
  const local = new Set<string>();
  for await (const { name } of Deno.readDir(root)) {
    local.add(name.replace(/\.py$/, ""));
  }
  const paths = [
    ...await sources(root, 0),
    ...await sources(join(root, "app"), 3),
  ];
  const modules = new Set<string>();
  for (const path of paths) {
    for (const name of importedModules(await Deno.readTextFile(path))) {
      if (!local.has(name.split(".")[0]!)) modules.add(name);
    }
  }
  return [...modules].sort();
}
