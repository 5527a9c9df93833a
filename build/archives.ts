/**
 * Opens the archives that were downloaded: looks up what is known of each, and
 * has a worker go through the ones that are new.
 *
 * What is known is kept in the cache by the archive's hash. What was unpacked
 * or packed anew is hashed again before it is used, like a download.
 *
 * @module
 */
import { refusal } from "./archive_safety.ts";
import { type IndexedMember, indexVersion } from "./archive_index.ts";
import type { Cache } from "./cache.ts";
import { codecVersion, level } from "./deflate.ts";
import type { OpenArchive } from "./entry.ts";
import type { Inspector, Placement } from "./inspection.ts";
import type { JobRunner } from "./worker_pool.ts";

/** A file whose hash was found right. */
export interface VerifiedFile {
  path: string;
  /** SHA-256 in lower-case hex. */
  sha256: string;
}

/** Opens archives of one build. */
export class Archives {
  /** @param inspector Told what is found out of files beside their index. */
  constructor(
    readonly cache: Cache,
    readonly pool: JobRunner,
    readonly inspector?: Inspector,
  ) {}

  /** The same with other workers. */
  with(pool: JobRunner): Archives {
    return new Archives(this.cache, pool, this.inspector);
  }

  /**
   * Opens a zip.
   *
   * @param placement Where its files go; they are looked into by the way.
   * @throws {UserError} If it is damaged, or holds something it must not.
   */
  async zip(
    { path, sha256 }: VerifiedFile,
    placement?: Placement,
  ): Promise<OpenArchive> {
    const key = `${sha256}-index-${indexVersion}`;
    let members = this.cache.readJson(key) as IndexedMember[] | undefined;
    if (members === undefined) {
      const found = await this.pool.run(
        "indexZip",
        path,
        this.inspector && placement,
        this.inspector?.folders,
      );
      this.inspector?.keep(found.answers);
      members = found.members;
      this.cache.writeJson(key, members);
    }
    return openArchive(path, members);
  }

  /**
   * Opens the files of a tarball that lie below `root`.
   *
   * @param compress Whether they are to be compressed.
   * @throws {UserError} If it is damaged, or holds something it must not.
   */
  async tarball(
    { path, sha256 }: VerifiedFile,
    root: string,
    compress: boolean,
  ): Promise<OpenArchive> {
    const safeRoot = root.replaceAll(/[^a-z0-9.-]/gi, "_");
    const key = `${sha256}-${safeRoot}-${indexVersion}-${
      compress ? `${codecVersion}-${level}` : "stored"
    }.pack`;
    const packPath = this.cache.derivedPath(key);
    const known = this.cache.readJson(key) as
      | { sha256: string; members: IndexedMember[] }
      | undefined;
    if (known !== undefined && await this.isIntact(packPath, known.sha256)) {
      return openArchive(packPath, known.members);
    }
    const temporary = this.cache.workspace.newPath("pack");
    const members = await this.pool.run(
      "packTarball",
      path,
      root,
      temporary,
      compress,
    );
    const hash = await this.pool.run("hash", temporary);
    this.cache.put(temporary, packPath);
    this.cache.writeJson(key, { sha256: hash, members });
    return openArchive(packPath, members);
  }

  /**
   * Unpacks one file of a tarball into the cache.
   *
   * @param expected Its SHA-256, where it is known.
   * @throws {UserError} If the tarball is damaged, or the file is another one.
   */
  fileOfTarball(
    tarball: VerifiedFile,
    name: string,
    expected?: string,
  ): Promise<VerifiedFile> {
    return this.#extract("extractFromTarball", tarball, name, expected);
  }

  /**
   * Unpacks one file of a zip into the cache.
   *
   * @param expected Its SHA-256, where it is known.
   * @throws {UserError} If the zip is damaged, or the file is another one.
   */
  fileOfZip(
    zip: VerifiedFile,
    name: string,
    expected?: string,
  ): Promise<VerifiedFile> {
    return this.#extract("extractFromZip", zip, name, expected);
  }

  async #extract(
    job: "extractFromTarball" | "extractFromZip",
    from: VerifiedFile,
    name: string,
    expected: string | undefined,
  ): Promise<VerifiedFile> {
    const key = `${from.sha256}-${name.replaceAll(/[^a-z0-9.-]/gi, "_")}`;
    const path = this.cache.derivedPath(key);
    const known = expected ?? this.cache.readJson(key);
    if (typeof known === "string" && await this.isIntact(path, known)) {
      return { path, sha256: known };
    }
    const temporary = this.cache.workspace.newPath("derived");
    const sha256 = await this.pool.run(job, from.path, name, temporary);
    if (expected !== undefined && sha256 !== expected) {
      throw refusal(
        from.path,
        `the SHA-256 of '${name}' in it is ${sha256}, which is not the expected ${expected}`,
      );
    }
    this.cache.put(temporary, path);
    if (expected === undefined) this.cache.writeJson(key, sha256);
    return { path, sha256 };
  }

  /** Whether a file is there and has this hash. */
  async isIntact(path: string, sha256: string): Promise<boolean> {
    try {
      return await this.pool.run("hash", path) === sha256;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }
}

/** Whether a file is missing; an error that comes from a worker has lost its class. */
function isNotFound(error: unknown): boolean {
  return error instanceof Error &&
    (error as { code?: unknown }).code === "ENOENT";
}

function openArchive(
  path: string,
  members: readonly IndexedMember[],
): OpenArchive {
  return {
    path,
    members: new Map(members.map((member) => [member.path, member])),
  };
}

/**
 * A file that an archive must hold.
 *
 * @throws {UserError} If it is not there.
 */
export function memberNamed(archive: OpenArchive, name: string): IndexedMember {
  const member = archive.members.get(name);
  if (member === undefined) {
    throw refusal(archive.path, `it holds no '${name}'`);
  }
  return member;
}
