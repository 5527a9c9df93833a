/**
 * The zip that `doctor --zip` writes for whoever helps: the report, the logs
 * and the settings, without secrets and without the user's name.
 *
 * @module
 */
import { join } from "@std/path";
import {
  configure,
  TextReader,
  Uint8ArrayWriter,
  ZipWriter,
} from "@zip-js/zip-js";
import type { Layout } from "./layout.ts";
import { type PrivateFacts, redact } from "./redact.ts";

/** Bytes of a log's end that go in. */
const keptBytes = 500_000;

function endOf(path: string): string | undefined {
  try {
    const bytes = Deno.readFileSync(path);
    return new TextDecoder().decode(bytes.subarray(-keptBytes));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    return `(cannot be read: ${String(error)})`;
  }
}

function logPaths(layout: Layout): string[] {
  try {
    return [...Deno.readDirSync(layout.logs)]
      .filter(({ name, isFile }) => isFile && /\.log(\.\d+)?$/.test(name))
      .map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/**
 * Writes the support bundle into the installation's folder.
 *
 * @param report What doctor found.
 * @param now Names the file.
 * @returns The file's path.
 */
export async function writeSupportBundle(
  layout: Layout,
  report: string,
  facts: PrivateFacts,
  now: Date,
): Promise<string> {
  const texts: [string, string | undefined][] = [
    ["doctor.txt", report],
    ["MediaParser.toml", endOf(join(layout.root, "MediaParser.toml"))],
    ...logPaths(layout).map((name): [string, string | undefined] => [
      `logs/${name}`,
      endOf(join(layout.logs, name)),
    ]),
  ];
  configure({ useWebWorkers: false });
  const writer = new ZipWriter(new Uint8ArrayWriter());
  for (const [name, text] of texts) {
    if (text === undefined) continue;
    await writer.add(name, new TextReader(redact(text, facts)));
  }
  const bytes = await writer.close();
  const stamp = now.toISOString().slice(0, 19).replace(/\D/g, "");
  const path = join(layout.root, `MediaParser-support-${stamp}.zip`);
  await Deno.writeFile(`${path}.part`, bytes);
  await Deno.rename(`${path}.part`, path);
  return path;
}
