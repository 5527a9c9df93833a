/** Stand-in for `@std/fs/move`, with its names and signatures. */
export interface MoveOptions {
  overwrite?: boolean;
}

export async function move(
  src: string | URL,
  dest: string | URL,
  options: MoveOptions = {},
): Promise<void> {
  if (options.overwrite) {
    await Deno.remove(dest, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  } else {
    const present = await Deno.lstat(dest).catch(() => undefined);
    if (present) throw new Deno.errors.AlreadyExists("dest already exists.");
  }
  await Deno.rename(src, dest);
}
