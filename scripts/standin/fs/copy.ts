/** Stand-in for `@std/fs/copy`, with its names and signatures. */
import { fromFileUrl, join } from "jsr:@std/path@1.1.6";

export interface CopyOptions {
  overwrite?: boolean;
  preserveTimestamps?: boolean;
}

const pathOf = (value: string | URL) =>
  value instanceof URL ? fromFileUrl(value) : value;

export async function copy(
  src: string | URL,
  dest: string | URL,
  options: CopyOptions = {},
): Promise<void> {
  const from = pathOf(src);
  const to = pathOf(dest);
  const info = await Deno.lstat(from);
  const present = await Deno.lstat(to).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (present && !options.overwrite) {
    throw new Deno.errors.AlreadyExists(`'${to}' already exists.`);
  }
  if (info.isDirectory) {
    await Deno.mkdir(to, { recursive: true });
    for await (const entry of Deno.readDir(from)) {
      await copy(join(from, entry.name), join(to, entry.name), options);
    }
  } else if (info.isSymlink) {
    await Deno.symlink(await Deno.readLink(from), to);
  } else {
    await Deno.copyFile(from, to);
  }
  if (options.preserveTimestamps && info.atime && info.mtime) {
    await Deno.utime(to, info.atime, info.mtime);
  }
}
