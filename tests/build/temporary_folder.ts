/**
 * A folder that lives as long as a test.
 *
 * @module
 */
import { join } from "@std/path";

/** A folder of a test's own; disposing of it deletes it. */
export class TemporaryFolder implements Disposable {
  readonly path: string = Deno.realPathSync(
    Deno.makeTempDirSync({ prefix: "build test " }),
  );

  /** A path in the folder. */
  at(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  /** Writes a file, and the folders that it lies in. */
  write(name: string, data: string | Uint8Array): string {
    const path = this.at(...name.split("/"));
    Deno.mkdirSync(join(path, ".."), { recursive: true });
    if (typeof data === "string") Deno.writeTextFileSync(path, data);
    else Deno.writeFileSync(path, data);
    return path;
  }

  /** Names of all that lies in the folder. */
  names(below = "."): string[] {
    return [...Deno.readDirSync(this.at(below))].map(({ name }) => name).sort();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
