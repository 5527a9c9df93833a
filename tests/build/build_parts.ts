/**
 * What the tests of single components need: a cache, a worker, and downloads
 * that were made by hand.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { Archives } from "../../build/archives.ts";
import { Cache } from "../../build/cache.ts";
import type { HttpSource } from "../../build/components.ts";
import { sha256Of } from "../../build/digest.ts";
import type { ObtainedComponent } from "../../build/downloads.ts";
import { WorkerPool } from "../../build/worker_pool.ts";
import { TemporaryFolder } from "./temporary_folder.ts";
import {
  type MadeEntry,
  type MadeTarEntry,
  makeTar,
  makeZip,
} from "./zip_maker.ts";

/** A cache with one worker; disposing of it deletes it. */
export class BuildParts implements Disposable {
  readonly folder = new TemporaryFolder();
  readonly cache = new Cache(this.folder.at("cache"));
  readonly pool = new WorkerPool(1);
  readonly archives = new Archives(this.cache, this.pool);

  /** A zip as if it had been downloaded. */
  zip(
    entries: readonly MadeEntry[],
    source: Partial<HttpSource> = {},
  ): ObtainedComponent {
    return this.#obtained("made.zip", makeZip(entries), source);
  }

  /** A tarball as if it had been downloaded. */
  tarball(
    entries: readonly MadeTarEntry[],
    source: Partial<HttpSource> = {},
  ): ObtainedComponent {
    const bytes = new Uint8Array(gzipSync(makeTar(entries)));
    return this.#obtained("made.tgz", bytes, source);
  }

  #obtained(
    file: string,
    bytes: Uint8Array,
    given: Partial<HttpSource>,
  ): ObtainedComponent {
    const sha256 = sha256Of(bytes);
    const url = `https://example.org/${file}`;
    const source: HttpSource = {
      ...{ kind: "http", version: "1.0", file, sha256, root: "", url },
      ...given,
    };
    const component = {
      ...{ id: "made", name: "Made", licence: "MIT", homepage: url },
      sources: [source],
    };
    return { component, source, sha256, path: this.folder.write(file, bytes) };
  }

  [Symbol.dispose](): void {
    this.pool[Symbol.dispose]();
    this.cache[Symbol.dispose]();
    this.folder[Symbol.dispose]();
  }
}
