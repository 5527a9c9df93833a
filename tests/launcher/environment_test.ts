import { assertEquals } from "@std/assert";
import {
  childEnvironment,
  pythonSwitches,
} from "../../launcher/environment.ts";
import type { Layout } from "../../launcher/layout.ts";

const layout: Layout = {
  kind: "portable",
  root: "/m",
  python: "/m/python",
  exiftool: "/m/exiftool",
  ffmpegFolder: "/m/ffmpeg",
  instance: "/m/instance",
  database: "/m/instance/mediaparser.db",
  backups: "/m/instance/backups",
  logs: "/m/logs",
  dotenv: "/m/.env",
};
const options = { layout, variables: {}, path: "/bin", windows: false };

Deno.test("childEnvironment() puts the bundle's tools first", () => {
  const environment = childEnvironment(options);
  assertEquals(environment.PATH, "/m/ffmpeg:/bin");
  assertEquals(environment.EXIFTOOL_PATH, "/m/exiftool");
  assertEquals(
    childEnvironment({ ...options, windows: true }).PATH,
    "/m/ffmpeg;/bin",
  );
  assertEquals(
    childEnvironment({ ...options, exiftool: "SHORT~1" }).EXIFTOOL_PATH,
    "SHORT~1",
  );
});

Deno.test("childEnvironment() leaves a checkout the system's tools", () => {
  const { exiftool: _, ffmpegFolder: __, ...bare } = layout;
  const environment = childEnvironment({
    ...options,
    layout: { ...bare, pythonPath: "/python" },
  });
  assertEquals("PATH" in environment || "EXIFTOOL_PATH" in environment, false);
  assertEquals(environment.PYTHONPATH, "/python");
});

Deno.test("childEnvironment() keeps the user's own Python out, and production on", () => {
  const environment = childEnvironment({
    ...options,
    variables: { FLASK_ENV: "development", JPEG_QUALITY: "70" },
  });
  assertEquals(environment.PYTHONPATH, "");
  assertEquals(environment.PYTHONHOME, "");
  assertEquals(environment.PYTHONNOUSERSITE, "1");
  assertEquals(environment.FLASK_ENV, "production");
  assertEquals(environment.JPEG_QUALITY, "70");
});

Deno.test("pythonSwitches say what an isolated Python ignores in variables", () => {
  const line = pythonSwitches.join(" ");
  for (const wanted of ["-u", "-X utf8", "-s"]) {
    if (!line.includes(wanted)) throw new Error(`${wanted} is missing`);
  }
});
