/**
 * A copy of the sample app in a folder of its own, so that tests never share
 * data and never write into the repository.
 *
 * @module
 */
import { copy } from "@std/fs/copy";
import { fromFileUrl, join } from "@std/path";

const root = fromFileUrl(new URL("../../", import.meta.url));

/** The repository's folder. */
export const repository: string = root;

/** What the sample app's folder has that belongs to a run of it, not to it. */
const runData = [".env", "instance", "storage", "logs", "tests"];

/** A copied sample app; disposing of it deletes it. */
export interface Installation extends AsyncDisposable {
  /** Its folder. */
  folder: string;
}

/**
 * Copies the sample app.
 *
 * @param name The folder's name.
 */
export async function copySampleApp(name = "app"): Promise<Installation> {
  const parent = await Deno.realPath(await Deno.makeTempDir());
  const folder = join(parent, name);
  await copy(join(root, "tests", "sample-app"), folder);
  for (const data of runData) {
    await Deno.remove(join(folder, data), { recursive: true }).catch(
      (error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      },
    );
  }
  return {
    folder,
    [Symbol.asyncDispose]: () => Deno.remove(parent, { recursive: true }),
  };
}
