/**
 * Small real media, made when a test asks for them.
 *
 * @module
 */
import { join } from "@std/path";
import { testPython } from "./launcher_process.ts";

async function run(command: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args })
    .output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** The bytes a program writes into a file. */
async function written(
  name: string,
  write: (path: string) => Promise<void>,
): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, name);
    await write(path);
    return await Deno.readFile(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Python that writes a photo: the path and the noise's contrast are its arguments. */
export const photoScript = `
import sys
from PIL import Image
image = Image.effect_noise((96, 64), int(sys.argv[2])).convert("RGB")
exif = Image.Exif()
exif[0x010F] = "Test Camera Works"
exif[0x0132] = "2021:07:04 12:34:56"
exif.get_ifd(0x8769)[0x9003] = "2021:07:04 12:34:56"
image.save(sys.argv[1], "JPEG", exif=exif)
`;

/** A JPEG with a maker and a date in its EXIF. */
export function makePhoto(contrast = 60): Promise<Uint8Array<ArrayBuffer>> {
  const python = testPython();
  if (python === undefined) throw new Error("No Python to make a photo with.");
  return written(
    "photo.jpg",
    (path) => run(python, ["-c", photoScript, path, String(contrast)]),
  );
}

/** The arguments by which FFmpeg writes a second of video. */
export function videoArguments(path: string): string[] {
  return [
    ...["-loglevel", "error", "-f", "lavfi"],
    ...["-i", "testsrc=duration=1:size=96x64:rate=10"],
    ...["-pix_fmt", "yuv420p", path],
  ];
}

/** A second of video. */
export function makeVideo(): Promise<Uint8Array<ArrayBuffer>> {
  return written("video.mp4", (path) => run("ffmpeg", videoArguments(path)));
}
