/**
 * Runs the Python package's own tests: with the Python that has the sample
 * app's packages if `MEDIAPARSER_TEST_PYTHON` names one, else with the system's
 * (unittest then skips what needs the app).
 *
 * @module
 */

import { assert } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";

const here = dirname(fromFileUrl(import.meta.url));
const python = Deno.env.get("MEDIAPARSER_TEST_PYTHON") ||
  (Deno.build.os === "windows" ? "python" : "python3");
const packages = join(here, "..", "..", "launcher", "python");

for (
  const module of [
    "test_process_check",
    "test_child",
    "test_database",
    "test_magic_database",
  ]
) {
  Deno.test(`mediaparser_portable passes ${module}.py`, async () => {
    const { success, stderr } = await new Deno.Command(python, {
      args: ["-B", "-X", "utf8", "-m", "unittest", "-v", module],
      cwd: join(here, "python"),
      env: { PYTHONPATH: packages },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    const report = new TextDecoder().decode(stderr);
    assert(success, report);
    assert(/Ran [1-9]/.test(report), report);
  });
}
