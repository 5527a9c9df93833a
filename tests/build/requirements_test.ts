import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../launcher/user_error.ts";
import {
  applies,
  evaluateMarker,
  fits,
  parseRequirement,
  readRequirements,
} from "../../build/requirements.ts";

Deno.test("parseRequirement() reads names, extras, versions and markers", () => {
  const read = (text: string) => {
    const { name, extras, versions, marker } = parseRequirement(text, "r.txt");
    return [name, extras, versions, marker];
  };
  assertEquals(read("Flask"), ["flask", [], "", undefined]);
  assertEquals(read("flask>=3.1,<4"), ["flask", [], ">=3.1,<4", undefined]);
  assertEquals(read("Flask_SQLAlchemy ~= 3.1"), [
    "flask-sqlalchemy",
    [],
    "~=3.1",
    undefined,
  ]);
  assertEquals(read("uvicorn[standard, extra]==1.0.*"), [
    "uvicorn",
    ["standard", "extra"],
    "==1.0.*",
    undefined,
  ]);
  assertEquals(read("zope.interface (>=5)"), [
    "zope-interface",
    [],
    ">=5",
    undefined,
  ]);
  assertEquals(read('colorama; sys_platform == "win32"'), [
    "colorama",
    [],
    "",
    'sys_platform == "win32"',
  ]);
});

for (
  const text of [
    ">=3",
    "flask==",
    "flask>>3",
    "flask 3.1",
    "flask @ file:///x.whl",
    "flask; nonsense == 'a'",
    "flask; sys_platform",
  ]
) {
  Deno.test(`parseRequirement() refuses '${text}'`, () => {
    assertThrows(() => parseRequirement(text, "r.txt"), UserError, "r.txt");
  });
}

Deno.test("evaluateMarker() answers for the bundle's Windows, not for this machine", () => {
  const holds = {
    'sys_platform == "win32"': true,
    "sys_platform != 'win32'": false,
    'platform_system == "Windows"': true,
    'os_name == "posix"': false,
    'python_version >= "3.9"': true,
    'python_version < "3.9"': false,
    'python_version < "3.10"': false,
    '"3.9" <= python_version': true,
    'python_full_version >= "3.12.1"': true,
    'platform_machine in "AMD64 x86_64"': true,
    'platform_machine not in "AMD64 x86_64"': false,
    'sys_platform == "linux" or python_version >= "3.8"': true,
    'sys_platform == "linux" and python_version >= "3.8"': false,
    '(sys_platform == "linux" or os_name == "nt") and python_version > "3"':
      true,
    'sys_platform == "win32" or sys_platform == "linux" and os_name == "x"':
      true,
    'extra == "test"': false,
  };
  for (const [marker, expected] of Object.entries(holds)) {
    assertEquals(evaluateMarker(marker, "r.txt"), expected, marker);
  }
});

Deno.test("fits() compares versions as PEP 440 does", () => {
  const cases: [string, string, boolean][] = [
    ["3.1.2", "flask>=3.1,<4", true],
    ["4.0", "flask>=3.1,<4", false],
    ["3.10", "flask>=3.9", true],
    ["2025.3", "tzdata>=2025.1", true],
    ["1.4.5", "a~=1.4.2", true],
    ["1.5.0", "a~=1.4.2", false],
    ["1.0.1", "a==1.0.*", true],
    ["2.0rc1", "a<2.0", false],
    ["1.0", "a!=1.0", false],
    ["1.0", "a", true],
  ];
  for (const [version, text, expected] of cases) {
    assertEquals(
      fits(version, parseRequirement(text, "r.txt")),
      expected,
      `${version} for ${text}`,
    );
  }
});

Deno.test("readRequirements() knows comments, continuations, options and includes", () => {
  const files: Record<string, string> = {
    "app/requirements.txt":
      "\ufeff# the app\nflask>=3 # web\n--index-url https://example.org\r\n-r more.txt\npillow \\\n  >=12\n",
    "app/more.txt": "huey ; python_version >= '3.8'\n-c limits.txt\n",
  };
  const read = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Deno.errors.NotFound(path);
    return text;
  };
  const found = readRequirements("app/requirements.txt", read);
  assertEquals(found.map(({ name, versions }) => name + versions), [
    "flask>=3",
    "huey",
    "pillow>=12",
  ]);
  assertEquals(found.map(applies), [true, true, true]);
});

Deno.test("readRequirements() refuses what no bundle can hold", () => {
  const read = (text: string) => () => text;
  assertThrows(() => readRequirements("r.txt", read("-e .")), UserError);
  assertThrows(
    () => readRequirements("r.txt", read("-r r.txt")),
    UserError,
    "includes itself",
  );
});
