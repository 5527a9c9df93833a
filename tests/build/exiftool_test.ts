import { assertEquals, assertRejects } from "@std/assert";
import { exiftoolEntries } from "../../build/exiftool.ts";
import { UserError } from "../../launcher/user_error.ts";
import { BuildParts } from "./build_parts.ts";

const files = [
  { name: "top/exiftool(-k).exe", data: "MZ" },
  { name: "top/exiftool_files/exiftool.pl", data: "#!perl" },
  { name: "top/exiftool_files/lib/Image/ExifTool.pm", data: "package" },
  { name: "top/README.txt", data: "read me" },
  { name: "elsewhere/exiftool_files/x.pm", data: "package" },
];

const shipped = [
  "tools/exiftool/exiftool.exe",
  "tools/exiftool/exiftool_files/exiftool.pl",
  "tools/exiftool/exiftool_files/lib/Image/ExifTool.pm",
];

Deno.test("exiftoolEntries() takes the program, under a name that waits for no key, and its files", async () => {
  using parts = new BuildParts();
  const source = { root: "top/", program: "exiftool(-k).exe" };
  for (const made of [parts.zip(files, source), parts.tarball(files, source)]) {
    const entries = await exiftoolEntries(made, parts.archives);
    assertEquals(entries.map(({ path }) => path).sort(), shipped);
  }
});

Deno.test("exiftoolEntries() refuses a download without the program or its script", async () => {
  using parts = new BuildParts();
  const without = (name: string) =>
    exiftoolEntries(
      parts.zip(files.filter((file) => file.name !== name), {
        ...{ root: "top/", program: "exiftool(-k).exe" },
      }),
      parts.archives,
    );
  for (
    const name of ["top/exiftool(-k).exe", "top/exiftool_files/exiftool.pl"]
  ) {
    await assertRejects(
      () => without(name),
      UserError,
      `it holds no '${name}'`,
    );
  }
});
