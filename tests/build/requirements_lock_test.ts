import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../launcher/user_error.ts";
import {
  checkAppRequirements,
  lockText,
  lockUrl,
  parseLock,
  unsatisfied,
} from "../../build/requirements_lock.ts";
import { parseRequirement } from "../../build/requirements.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

const hash = "0123456789abcdef".repeat(4);
const wheels = [
  {
    name: "flask",
    version: "3.1.2",
    file: "flask-3.1.2-py3-none-any.whl",
    sha256: hash,
  },
  {
    name: "python-magic-bin",
    version: "0.4.14",
    file: "python_magic_bin-0.4.14-py2.py3-none-win_amd64.whl",
    sha256: hash,
  },
];

Deno.test("parseLock() reads what lockText() wrote", () => {
  assertEquals(parseLock(lockText(wheels)), wheels);
});

Deno.test("parseLock() refuses a line without a hash", () => {
  assertThrows(
    () => parseLock("flask==3.1.2 # flask-3.1.2-py3-none-any.whl"),
    UserError,
    "is damaged",
  );
});

Deno.test("requirements.lock holds one wheel for Windows of each package", () => {
  const locked = parseLock(Deno.readTextFileSync(lockUrl));
  assertEquals(new Set(locked.map(({ name }) => name)).size, locked.length);
  for (const { file, name } of locked) {
    assertEquals(/-(?:none-any|win_amd64)\.whl$/.test(file), true, file);
    assertEquals(/^(?:pytest|python-magic)$/.test(name), false, name);
  }
});

Deno.test("unsatisfied() names what is missing and what does not fit", () => {
  const problems = (...texts: string[]) =>
    unsatisfied(texts.map((text) => parseRequirement(text, "r.txt")), wheels);
  assertEquals(problems("flask>=3", "python-magic>=0.4.27", "pytest"), []);
  assertEquals(problems("flask>=4"), ["flask>=4 (locked is 3.1.2)"]);
  assertEquals(problems("requests"), ["requests (it is not locked)"]);
  assertEquals(problems('requests; sys_platform == "linux"'), []);
});

Deno.test("checkAppRequirements() names the command that renews the lock", () => {
  using folder = new TemporaryFolder();
  const path = folder.write("requirements.txt", "flask>=4\nrequests\n");
  assertThrows(
    () => checkAppRequirements(path, wheels, "../my app"),
    UserError,
    'flask>=4 (locked is 3.1.2), requests (it is not locked). Renew it: deno task lock --app "../my app"',
  );
});
