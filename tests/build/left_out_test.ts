import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { leftOut, reasonToLeaveOut } from "../../build/left_out.ts";
import { lockUrl, parseLock } from "../../build/requirements_lock.ts";
import { readZipDirectory } from "../../build/zip_directory.ts";
import { testUnless } from "../support/requirements.ts";

const site = "tools/python/Lib/site-packages/";

Deno.test("reasonToLeaveOut() leaves out what needs a compiler, a type checker or pytest", () => {
  for (
    const [path, component] of [
      ["numpy/linalg/tests/test_linalg.py", "wheel:numpy"],
      ["numpy/__init__.pyi", "wheel:numpy"],
      ["numpy/_core/include/numpy/arrayobject.h", "wheel:numpy"],
      ["numpy/random/lib/npyrandom.lib", "wheel:numpy"],
      ["scipy/linalg/cython_blas.cp312-win_amd64.dll.a", "wheel:scipy"],
      ["scipy/conftest.py", "wheel:scipy"],
      ["pywt/tests/data/wavelab_test_signals.npz", "wheel:pywavelets"],
      ["huey/tests/test_api.py", "wheel:huey"],
      ["setuptools/cli.exe", "wheel:setuptools"],
      ["setuptools/gui-arm64.exe", "wheel:setuptools"],
      ["pip/_vendor/distlib/t64-arm.exe", "wheel:pip"],
      ["pip/_vendor/distlib/w32.exe", "wheel:pip"],
      ["greenlet/TGreenlet.cpp", "wheel:greenlet"],
      ["huey-2.6.0.data/scripts/huey_consumer.py", "wheel:huey"],
    ] as const
  ) {
    assert(reasonToLeaveOut(path, component), path);
    assert(reasonToLeaveOut(site + path, component), site + path);
  }
  assert(reasonToLeaveOut("tools/python/Scripts/flask.exe", "wheel:flask"));
});

Deno.test("reasonToLeaveOut() keeps what an app can import or read", () => {
  for (
    const [path, component] of [
      ["jinja2/tests.py", "wheel:jinja2"],
      ["numpy/testing/_private/utils.py", "wheel:numpy"],
      ["numpy/_core/tests/_natype.py", "wheel:numpy"],
      ["numpy/_core/_multiarray_tests.cp312-win_amd64.pyd", "wheel:numpy"],
      ["numpy/f2py/src/fortranobject.c", "wheel:numpy"],
      ["scipy/_lib/_testutils.py", "wheel:scipy"],
      ["sqlalchemy/testing/util.py", "wheel:sqlalchemy"],
      ["huey/bin/huey_consumer.py", "wheel:huey"],
      ["pywt/data/ecg.npz", "wheel:pywavelets"],
      ["numpy/_core/include/numpy/random/LICENSE.txt", "wheel:numpy"],
      ["scipy-1.17.0.dist-info/LICENSE.txt", "wheel:scipy"],
    ] as const
  ) {
    assertEquals(reasonToLeaveOut(site + path, component), undefined, path);
  }
});

Deno.test("reasonToLeaveOut() ships a wheel it does not know as it is", () => {
  for (
    const path of [
      "skimage/__init__.pyi",
      "skimage/tests/__init__.py",
      "skimage/x.h",
    ]
  ) {
    assertEquals(
      reasonToLeaveOut(site + path, "wheel:scikit-image"),
      undefined,
      path,
    );
  }
});

Deno.test("reasonToLeaveOut() speaks of no other component than a row names", () => {
  assertEquals(reasonToLeaveOut("app/tests/x.pyi", "app"), undefined);
  assertEquals(
    reasonToLeaveOut("tools/python/python312/unittest/case.pyc", "python"),
    undefined,
  );
});

Deno.test("leftOut gives a reason in each row", () => {
  for (const row of leftOut) {
    assert(row.reason.length > 10);
    assert(row.components.length > 0);
  }
});

/** The wheels of the lock that an earlier build has put into the cache. */
function cachedWheels(): { component: string; path: string }[] | undefined {
  const folder = new URL(
    "../../.build-cache/downloads/wheels/",
    import.meta.url,
  );
  const wheels: { component: string; path: string }[] = [];
  for (const { name, file } of parseLock(Deno.readTextFileSync(lockUrl))) {
    const path = fromFileUrl(new URL(file, folder));
    try {
      Deno.statSync(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
    wheels.push({ component: `wheel:${name}`, path });
  }
  return wheels;
}

const wheels = cachedWheels();

testUnless(
  wheels ? undefined : "no build has filled .build-cache yet",
  "leftOut has no row without effect, and leaves no file of a package's runtime out",
  async () => {
    const reasons = new Map<string, number>();
    for (const { component, path } of wheels!) {
      const members = await readZipDirectory(path);
      for (const member of members) {
        const reason = reasonToLeaveOut(member.path, component);
        if (reason === undefined) continue;
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        assert(
          !/\.(?:mgc|mako|tab|npz)$/.test(member.path) ||
            member.path.includes("/tests/"),
          member.path,
        );
        assert(
          !member.path.endsWith(".pyd") || member.path.includes("/tests/"),
          member.path,
        );
      }
    }
    const locked = new Set([
      "wheel:*",
      ...wheels!.map((wheel) => wheel.component),
    ]);
    for (const { components, reason } of leftOut) {
      assert(
        reasons.has(reason) ||
          !components.some((component) => locked.has(component)),
        reason,
      );
    }
  },
);
