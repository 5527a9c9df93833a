import { assert, assertEquals } from "@std/assert";
import { leftOut, reasonToLeaveOut } from "../../build/left_out.ts";

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
