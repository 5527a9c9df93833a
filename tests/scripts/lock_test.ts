import { assertEquals } from "@std/assert";
import { parseRequirement } from "../../build/requirements.ts";
import { resolverInput, wheelIdentity } from "../../scripts/lock.ts";

Deno.test("wheelIdentity() reads a wheel's name as indexes spell it", () => {
  assertEquals(wheelIdentity("Flask_Login-0.6.3-py3-none-any.whl"), {
    name: "flask-login",
    version: "0.6.3",
  });
});

Deno.test("resolverInput() asks for what a bundle holds", () => {
  const requirements = [
    "flask>=3",
    "python-magic==0.4.27",
    "uvloop; sys_platform != 'win32'",
    "pytest",
  ].map((text) => parseRequirement(text, "requirements.txt"));
  const input = resolverInput(requirements);
  assertEquals(input.split("\n").length - 1, 2, input);
  assertEquals(input.startsWith("flask>=3\npython-magic-bin"), true, input);
});
