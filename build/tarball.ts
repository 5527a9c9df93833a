/**
 * Reads the files of a gzipped tarball one after another, in little memory.
 *
 * tar-stream knows the tar format with its GNU and POSIX extensions and checks
 * each header's checksum; what may be in an archive is decided here.
 *
 * @module
 */
import { UserError } from "../launcher/user_error.ts";
import {
  type ArchiveLimits,
  archiveLimits,
  ArchiveTally,
  refusal,
} from "./archive_safety.ts";
import { decompressedRange } from "./content.ts";

/** One file of a tarball; its bytes can be read until the next one is asked for. */
export interface TarballFile {
  /** Its name in the archive. */
  path: string;
  /** Bytes. */
  size: number;
  bytes: AsyncIterable<Uint8Array>;
}

/** What is used of a tar-stream entry. */
interface TarEntry extends AsyncIterable<Uint8Array> {
  header: { name: string; size: number; type: string };
  resume(): void;
}

/** What is used of a tar-stream reader. */
interface TarReader extends AsyncIterable<TarEntry> {
  write(chunk: Uint8Array): boolean;
  on(event: "drain" | "close", listener: () => void): void;
  end(): void;
  destroy(error?: Error): void;
  destroyed: boolean;
}

/**
 * Goes through the files of a `.tar.gz`.
 *
 * @throws {UserError} If it is damaged, or holds something it must not.
 */
export async function* readTarball(
  path: string,
  limits: ArchiveLimits = archiveLimits,
): AsyncGenerator<TarballFile> {
  const file = await Deno.open(path);
  const archiveSize = file.statSync().size;
  const tally = new ArchiveTally(path, archiveSize, limits);
  // Loaded where it is needed: most builds read no tarball.
  const { extract } = await import("tar-stream");
  const reader = extract() as TarReader;
  const fed = feed(file, reader, archiveSize, limits);
  // What fails there also ends the reader, and is reported from it.
  fed.catch(() => {});
  let sawEntry = false;
  try {
    for await (const entry of reader) {
      sawEntry = true;
      const { size, type } = entry.header;
      const name = entry.header.name.replace(/\/$/, "");
      if (type === "directory") {
        entry.resume();
        continue;
      }
      if (type !== "file" && type !== "contiguous-file") {
        throw refusal(path, `its entry '${name}' is a link or a device`);
      }
      tally.add(name, size);
      yield { path: name, size, bytes: bytesOf(entry, path) };
      entry.resume();
    }
    await fed;
    if (!sawEntry) throw new Error("It holds no file");
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw refusal(path, "it is no whole tarball", cause);
  } finally {
    reader.destroy();
    await fed.catch(() => {});
    file.close();
  }
}

/** A file's bytes; what cuts them off is reported as the archive's damage. */
async function* bytesOf(
  entry: TarEntry,
  archive: string,
): AsyncGenerator<Uint8Array> {
  try {
    yield* entry;
  } catch (cause) {
    throw refusal(archive, "it is no whole tarball", cause);
  }
}

/** Unpacks the gzip layer into the reader, no faster than it takes it. */
async function feed(
  file: Deno.FsFile,
  reader: TarReader,
  archiveSize: number,
  limits: ArchiveLimits,
): Promise<void> {
  let received = 0;
  let goOn = (): void => {};
  reader.on("drain", () => goOn());
  reader.on("close", () => goOn());
  try {
    const unzipped = decompressedRange(file, "gzip", 0, archiveSize);
    for await (const chunk of unzipped) {
      received += chunk.length;
      if (
        received > 2 * limits.totalSize || received > archiveSize * limits.ratio
      ) {
        throw new RangeError("It unpacks to far more than it should");
      }
      if (reader.destroyed) return;
      if (!reader.write(chunk)) {
        await new Promise<void>((resolve) => goOn = resolve);
      }
    }
    reader.end();
  } catch (error) {
    reader.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}
