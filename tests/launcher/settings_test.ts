import {
  assertEquals,
  assertMatch,
  assertObjectMatch,
  assertThrows,
} from "@std/assert";
import {
  appVariables,
  resolveSettings,
  tomlTexts,
} from "../../launcher/settings.ts";
import {
  parseSettingValue,
  settingDefinitions,
} from "../../launcher/settings_table.ts";
import { UserError } from "../../launcher/user_error.ts";

const nothing = { flags: {}, environment: {}, toml: {}, dotenv: {} };

function definition(name: string) {
  return settingDefinitions.find((setting) => setting.name === name)!;
}

Deno.test("resolveSettings() lets a flag win over a variable, a variable over a file, a file over the default", () => {
  const all = {
    flags: { port: "1" },
    environment: { MEDIAPARSER_PORT: "2" },
    toml: { port: "3" },
    dotenv: { MEDIAPARSER_PORT: "4" },
  };
  const steps = [
    [all, 1, "flag"],
    [{ ...all, flags: {} }, 2, "environment"],
    [{ ...all, flags: {}, environment: {} }, 3, "MediaParser.toml"],
    [{ ...nothing, dotenv: all.dotenv }, 4, ".env"],
    [nothing, 5000, "default"],
  ] as const;
  for (const [texts, value, source] of steps) {
    assertEquals(resolveSettings(texts).port, { value, source });
  }
});

Deno.test("resolveSettings() takes an empty variable for one that is not set", () => {
  const texts = { ...nothing, environment: { MEDIAPARSER_PORT: "" } };
  assertEquals(resolveSettings(texts).port.source, "default");
});

Deno.test("resolveSettings() names the place of a value it refuses", () => {
  const cases = [
    [{ ...nothing, flags: { port: "x" } }, /--port 'x'/],
    [
      { ...nothing, environment: { HUEY_WORKERS: "0" } },
      /variable HUEY_WORKERS '0': it must be a whole number from 1 to 64/,
    ],
    [{ ...nothing, toml: { host: "a b" } }, /host in MediaParser\.toml/],
    [{ ...nothing, dotenv: { JPEG_QUALITY: "900" } }, /JPEG_QUALITY in \.env/],
  ] as const;
  for (const [texts, message] of cases) {
    const error = assertThrows(() => resolveSettings(texts), UserError);
    assertMatch(error.message, message);
    assertEquals(error.exitCode, 2);
  }
});

Deno.test("resolveSettings() refuses an exact threshold above the similar one", () => {
  const flags = { "exact-threshold": "9", "similar-threshold": "8" };
  assertThrows(() => resolveSettings({ ...nothing, flags }), UserError);
  const equal = { "exact-threshold": "8", "similar-threshold": "8" };
  resolveSettings({ ...nothing, flags: equal });
});

for (const setting of settingDefinitions) {
  if (setting.range === undefined) continue;
  const [low, high] = setting.range;
  const step = setting.kind === "integer" ? 1 : 0.01;
  Deno.test(`parseSettingValue() keeps ${setting.name} between ${low} and ${high}`, () => {
    assertEquals(parseSettingValue(setting, String(low)), low);
    assertEquals(parseSettingValue(setting, String(high)), high);
    assertEquals(parseSettingValue(setting, String(low - step)), undefined);
    assertEquals(parseSettingValue(setting, String(high + step)), undefined);
  });
}

Deno.test("parseSettingValue() takes numbers as people write them, and nothing else", () => {
  const port = definition("port");
  for (const text of ["", " ", "1e3", "0x50", "5000.5", "+80", "80a", "NaN"]) {
    assertEquals(parseSettingValue(port, text), undefined, text);
  }
  assertEquals(parseSettingValue(port, " 80 "), 80);
  assertEquals(parseSettingValue(definition("error-threshold"), ".5"), 0.5);
});

Deno.test("parseSettingValue() takes host names and addresses, and nothing else", () => {
  const host = definition("host");
  const good = ["127.0.0.1", "localhost", "::1", "0.0.0.0", "my-pc.lan"];
  for (const text of good) assertEquals(parseSettingValue(host, text), text);
  assertEquals(parseSettingValue(host, "[::1]"), "::1");
  const bad = [
    ...["", "http://x", "a b", "host:80", "x/y", "-x", "x-", "a..b", "a;b"],
    ...["[::1", "fe80::1%eth0"],
  ];
  for (const text of bad) {
    assertEquals(parseSettingValue(host, text), undefined, text);
  }
});

Deno.test("parseSettingValue() takes the usual words for yes and no", () => {
  const browser = definition("browser");
  for (const text of ["true", "YES", "on", "1"]) {
    assertEquals(parseSettingValue(browser, text), true);
  }
  for (const text of ["false", "No", "off", "0"]) {
    assertEquals(parseSettingValue(browser, text), false);
  }
  for (const text of ["perhaps", "", "constructor"]) {
    assertEquals(parseSettingValue(browser, text), undefined);
  }
});

Deno.test("tomlTexts() takes settings by name, and asks back for any other key", () => {
  assertEquals(tomlTexts({ port: 80, browser: false, host: "::1" }), {
    port: "80",
    browser: "false",
    host: "::1",
  });
  const unknown = assertThrows(() => tomlTexts({ prot: 80 }), UserError);
  assertMatch(unknown.message, /no setting 'prot'.*did you mean 'port'/i);
  assertThrows(() => tomlTexts({ port: [80] }), UserError, "plain value");
});

Deno.test("appVariables() hands the app what somebody set, and leaves it its own defaults", () => {
  const resolved = resolveSettings({
    ...nothing,
    flags: { workers: "4", port: "80" },
    toml: { "jpeg-quality": "70" },
  });
  const variables = appVariables(resolved);
  assertObjectMatch(variables, { HUEY_WORKERS: "4", JPEG_QUALITY: "70" });
  assertEquals(Object.keys(variables).length, 2);
});
