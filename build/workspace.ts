/**
 * A folder for half-made things, which a killed build leaves behind and the
 * next one removes.
 *
 * Whatever is written goes into a workspace beside its destination first and is
 * renamed when it is whole. The workspace holds a locked file for as long as
 * its build lives; the system drops the lock however the build ends, and a
 * workspace that nobody holds is rubbish.
 *
 * @module
 */
import { join } from "@std/path";

const prefix = ".build-";
const lockName = "lock";

/** A folder that exists as long as its build. */
export class Workspace implements Disposable {
  #lock: Deno.FsFile;
  #count = 0;

  private constructor(readonly path: string, lock: Deno.FsFile) {
    this.#lock = lock;
  }

  /**
   * Makes a workspace in `parent`, and removes those of builds that ended.
   *
   * @param parent The folder that finished things are renamed into; it is made
   *     when it is missing.
   */
  static open(parent: string): Workspace {
    Deno.mkdirSync(parent, { recursive: true });
    removeAbandoned(parent);
    const path = Deno.makeTempDirSync({ dir: parent, prefix });
    const lock = Deno.openSync(join(path, lockName), {
      create: true,
      write: true,
    });
    lock.lockSync(true);
    return new Workspace(path, lock);
  }

  /** A path in the workspace that nothing lies at yet. */
  newPath(name: string): string {
    return join(this.path, `${this.#count++}-${name}`);
  }

  [Symbol.dispose](): void {
    this.#lock.close();
    removeIfThere(this.path);
  }
}

/** Removes the workspaces in `parent` that no living build holds. */
function removeAbandoned(parent: string): void {
  for (const entry of [...Deno.readDirSync(parent)]) {
    if (!entry.isDirectory || !entry.name.startsWith(prefix)) continue;
    const path = join(parent, entry.name);
    try {
      using lock = Deno.openSync(join(path, lockName), { write: true });
      if (!lock.tryLockSync(true)) continue;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      // No lock: killed, or not yet done, between two calls; the latter is young.
      const modified = statIfThere(path)?.mtime?.getTime() ?? 0;
      if (Date.now() - modified < 60_000) continue;
    }
    try {
      removeIfThere(path);
    } catch (error) {
      // A compiler that outlived its build still writes there: a later build's work.
      if (!stillUsed.has((error as { code?: string }).code ?? "")) throw error;
    }
  }
}

/** What removing a folder fails with while another program uses it. */
const stillUsed = new Set(["EACCES", "EBUSY", "ENOTEMPTY", "EPERM"]);

function statIfThere(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Removes a file or folder; one that is gone already is no error. */
export function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
