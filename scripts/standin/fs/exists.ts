/** Stand-in for `@std/fs/exists`, with its names and signatures. */
export interface ExistsOptions {
  isReadable?: boolean;
  isDirectory?: boolean;
  isFile?: boolean;
}

function fits(info: Deno.FileInfo, options?: ExistsOptions): boolean {
  if (options?.isDirectory && !info.isDirectory) return false;
  if (options?.isFile && !info.isFile) return false;
  return true;
}

export async function exists(
  path: string | URL,
  options?: ExistsOptions,
): Promise<boolean> {
  try {
    return fits(await Deno.stat(path), options);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

export function existsSync(
  path: string | URL,
  options?: ExistsOptions,
): boolean {
  try {
    return fits(Deno.statSync(path), options);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
