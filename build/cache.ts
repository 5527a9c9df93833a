/**
 * The cache folder: downloads, and what was worked out from them.
 *
 * Everything in it is keyed by content, is renamed into place when it is whole,
 * and can be deleted at any time, all of it or any part. What was worked out
 * carries its own checksum, so that a damaged file is only made again.
 *
 *     downloads/<component>/<file>   as they came, `.part` while they come
 *     derived/<key>                  what was unpacked, compiled or compressed
 *     derived/<key>.json             what is known about it
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { sha256Of } from "./digest.ts";
import { Workspace } from "./workspace.ts";

/** One cache folder, held by one build. */
export class Cache implements Disposable {
  readonly workspace: Workspace;

  /** @param root The cache folder; it is made when it is missing. */
  constructor(readonly root: string) {
    this.workspace = Workspace.open(root);
  }

  /** Where a download lies. */
  downloadPath(component: string, file: string): string {
    return join(this.root, "downloads", component, file);
  }

  /** Where something that was worked out lies. */
  derivedPath(key: string): string {
    return join(this.root, "derived", key);
  }

  /** Moves a finished file or folder to its place. */
  put(finished: string, destination: string): void {
    Deno.mkdirSync(dirname(destination), { recursive: true });
    Deno.renameSync(finished, destination);
  }

  /** What is known under `key`, or nothing when it is missing or damaged. */
  readJson(key: string): unknown {
    let text: string;
    try {
      text = Deno.readTextFileSync(this.derivedPath(`${key}.json`));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
    const checksum = text.slice(0, 64);
    const body = text.slice(65);
    return sha256Of(body) === checksum ? JSON.parse(body) : undefined;
  }

  /** Remembers `value` under `key`. */
  writeJson(key: string, value: unknown): void {
    const body = JSON.stringify(value);
    const temporary = this.workspace.newPath("json");
    Deno.writeTextFileSync(temporary, `${sha256Of(body)}\n${body}`);
    this.put(temporary, this.derivedPath(`${key}.json`));
  }

  /** Bytes kept under `key`, or nothing when they are missing or damaged. */
  readBytes(key: string): Uint8Array<ArrayBuffer> | undefined {
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = Deno.readFileSync(this.derivedPath(key));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
    const body = bytes.subarray(64);
    const checksum = new TextDecoder().decode(bytes.subarray(0, 64));
    return sha256Of(body) === checksum ? body : undefined;
  }

  /** Keeps `body` under `key`. */
  writeBytes(key: string, body: Uint8Array): void {
    const bytes = new Uint8Array(64 + body.length);
    new TextEncoder().encodeInto(sha256Of(body), bytes);
    bytes.set(body, 64);
    const temporary = this.workspace.newPath("bytes");
    Deno.writeFileSync(temporary, bytes);
    this.put(temporary, this.derivedPath(key));
  }

  [Symbol.dispose](): void {
    this.workspace[Symbol.dispose]();
  }
}
