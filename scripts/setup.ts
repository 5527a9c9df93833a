/**
 * Makes the `jsr:@std/…` imports of deno.json resolvable.
 *
 * Where JSR answers there is nothing to do. Elsewhere (a mirror that carries
 * package registries only) the same packages are laid out under `vendor/` from
 * their npm copy, in the shape Deno's `"vendor": true` reads; what the copy
 * lacks, declarations and `@std/fs`, comes from `scripts/standin/`.
 *
 * Only Deno and Node built-ins are imported here: nothing else resolves yet.
 *
 * @module
 */
import { createHash } from "node:crypto";
import denoConfig from "../deno.json" with { type: "json" };
import { findCommand } from "../build/find_command.ts";

const root = new URL("../", import.meta.url);
const vendor = new URL("vendor/", root);
const standin = new URL("scripts/standin/", root);
const readyMark = new URL(".ready", vendor);
const lockFile = new URL("scripts/deno.lock", root);

/** Packages that the npm copy's modules import, beside those of deno.json. */
const indirect = { "internal": "1.0.14", "collections": "1.1.3" };

/** `jsr:` packages by name below `@std`, each with its exact version. */
export function stdVersions(
  imports: Record<string, string>,
): Record<string, string> {
  const versions: Record<string, string> = { ...indirect };
  for (const specifier of Object.values(imports)) {
    const match = specifier.match(/^jsr:@std\/([a-z-]+)@(\d+\.\d+\.\d+)$/);
    if (match) versions[match[1]!] = match[2]!;
  }
  return versions;
}

/** The export a module has in the real package: `parse_args.js` is `./parse-args`. */
export function exportName(path: string): string {
  const name = path.replace(/(^|\/)mod\.(js|ts)$/, "").replace(
    /\.(js|ts)$/,
    "",
  );
  return name === "" ? "." : `./${name.replaceAll("_", "-")}`;
}

/** Turns `../internal/diff.js` into an import of the package that holds it. */
export function rewriteImports(
  source: string,
  versions: Record<string, string>,
): string {
  return source.replace(
    /^((?:import|export)[^;]*? from )"\.\.\/([a-z_]+)\/([a-z_/]+)\.js";/gm,
    (whole, head: string, name: string, module: string) => {
      const version = versions[name];
      if (version === undefined) return whole;
      const target = exportName(`${module}.js`).slice(1);
      return `${head}"jsr:@std/${name}@${version}${target}";`;
    },
  );
}

async function jsrAnswers(): Promise<boolean> {
  try {
    const response = await fetch("https://jsr.io/@std/path/meta.json", {
      signal: AbortSignal.timeout(5_000),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** Everything the result depends on, so that a change of it is laid out anew. */
async function fingerprint(): Promise<string> {
  const hash = createHash("sha256");
  hash.update(JSON.stringify(denoConfig.imports));
  hash.update(await Deno.readFile(new URL(import.meta.url)));
  hash.update(await Deno.readFile(lockFile));
  for (const path of (await filesBelow(standin)).sort()) {
    hash.update(path).update(await Deno.readFile(new URL(path, standin)));
  }
  return hash.digest("hex");
}

async function filesBelow(folder: URL, prefix = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(new URL(prefix || ".", folder))) {
    const path = prefix + entry.name;
    if (entry.isDirectory) {
      if (entry.name !== "node_modules") {
        found.push(...await filesBelow(folder, `${path}/`));
      }
    } else found.push(path);
  }
  return found;
}

/** Installs the npm copy into a temporary folder; npm checks its hash. */
async function installCopy(): Promise<URL> {
  const folder = new URL(`file://${await Deno.makeTempDir()}/`);
  for (const file of ["package.json", "package-lock.json"]) {
    await Deno.copyFile(new URL(file, standin), new URL(file, folder));
  }
  const npm = findCommand("npm");
  const { success, stderr } = await new Deno.Command(npm, {
    args: ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
    cwd: folder,
  }).output();
  if (!success) {
    throw new Error(
      `Cannot reach JSR, and npm could not fetch the copy of its packages:\n${
        new TextDecoder().decode(stderr)
      }`,
    );
  }
  return folder;
}

async function writeFile(url: URL, data: string | Uint8Array) {
  await Deno.mkdir(new URL(".", url), { recursive: true });
  if (typeof data === "string") await Deno.writeTextFile(url, data);
  else await Deno.writeFile(url, data);
}

/** Writes one package as Deno's vendor folder has it. */
async function layOut(
  name: string,
  version: string,
  files: Record<string, string>,
) {
  const base = new URL(`jsr.io/@std/${name}/`, vendor);
  const manifest: Record<string, { size: number; checksum: string }> = {};
  const exports: Record<string, string> = {};
  for (const path of Object.keys(files).sort()) {
    const bytes = new TextEncoder().encode(files[path]);
    await writeFile(new URL(`${version}/${path}`, base), bytes);
    const checksum = createHash("sha256").update(bytes).digest("hex");
    manifest[`/${path}`] = {
      size: bytes.length,
      checksum: `sha256-${checksum}`,
    };
    if (!/(^|\/)_|\.d\.ts$/.test(path)) exports[exportName(path)] = `./${path}`;
  }
  await writeFile(
    new URL("meta.json", base),
    JSON.stringify({
      scope: "std",
      name,
      latest: version,
      versions: { [version]: {} },
    }),
  );
  await writeFile(
    new URL(`${version}_meta.json`, base),
    JSON.stringify({ manifest, exports, moduleGraph2: {} }),
  );
}

async function readTree(
  folder: URL,
  select: RegExp,
): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const path of await filesBelow(folder)) {
    if (select.test(path)) {
      files[path] = await Deno.readTextFile(new URL(path, folder));
    }
  }
  return files;
}

async function layOutStandIns() {
  const versions = stdVersions(denoConfig.imports);
  const copy = await installCopy();
  try {
    for (const [name, version] of Object.entries(versions)) {
      if (name === "fs") {
        await layOut(
          name,
          version,
          await readTree(new URL("fs/", standin), /\.ts$/),
        );
        continue;
      }
      const modules = await readTree(
        new URL(`node_modules/deno-std/${name}/`, copy),
        /\.js$/,
      );
      const types = await exists(new URL(`types/${name}/`, standin))
        ? await readTree(new URL(`types/${name}/`, standin), /\.d\.ts$/)
        : {};
      const files: Record<string, string> = { ...types };
      for (const [path, source] of Object.entries(modules)) {
        const declaration = path.replace(/\.js$/, ".d.ts");
        const base = declaration.split("/").at(-1);
        const head = types[declaration] === undefined
          ? "// @ts-nocheck: plain JavaScript\n"
          : `// @ts-self-types="./${base}"\n`;
        files[path] = head + rewriteImports(source, versions);
      }
      await layOut(name, version, files);
    }
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}

async function exists(url: URL): Promise<boolean> {
  try {
    await Deno.stat(url);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function main() {
  const wanted = await fingerprint();
  const found = await Deno.readTextFile(readyMark).catch(() => "");
  if (found.startsWith(wanted)) return;
  await Deno.remove(vendor, { recursive: true }).catch(() => {});
  const viaJsr = await jsrAnswers();
  if (!viaJsr) await layOutStandIns();
  const lock = JSON.parse(await Deno.readTextFile(lockFile));
  // Integrity of the real packages cannot hold for their stand-ins.
  if (!viaJsr) {
    delete lock.jsr;
    for (const key of Object.keys(lock.specifiers)) {
      if (key.startsWith("jsr:")) delete lock.specifiers[key];
    }
    delete lock.workspace;
  }
  await writeFile(new URL("deno.lock", vendor), JSON.stringify(lock, null, 2));
  await writeFile(readyMark, `${wanted} ${viaJsr ? "jsr" : "npm"}\n`);
}

if (import.meta.main) await main();
