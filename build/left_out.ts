/**
 * What is left out of the bundle, and why: one table.
 *
 * Every row names the components it speaks of. A rule for all wheels ("no
 * folder called `tests`", "no `.pyi`") would be shorter and wrong: some packages
 * import from such folders, and `lazy_loader` reads `.pyi` files at run time. So
 * a wheel the table does not know ships whole, and only what nobody can import
 * without a compiler, a type checker or pytest is taken from the ones it knows.
 * `tests/windows/import_everything.py` imports every module that stays.
 *
 * @module
 */

/** One row of the table. */
export interface LeftOut {
  /** Names of the components, e.g. `wheel:numpy`; `wheel:*` is every wheel. */
  components: readonly string[];
  /** What is left out, matched against the path below `site-packages/`, or below the bundle's top for other components. */
  files: RegExp;
  /** What stays nevertheless. */
  except?: RegExp;
  /** Why nobody misses it at run time. */
  reason: string;
}

/** The table. The first row that fits gives the reason. */
export const leftOut: readonly LeftOut[] = [
  {
    components: ["wheel:*"],
    files: /^[^/]+\.data\/scripts\/|^(?:\.\.\/\.\.\/)?Scripts\//i,
    reason:
      "commands of a package; on Windows each is a launcher with the build machine's path in it",
  },
  {
    components: ["wheel:*"],
    files: /^[^/]+\.data\/headers\//,
    reason: "C headers, for compiling extensions",
  },
  {
    components: ["wheel:setuptools", "wheel:pip", "wheel:distlib"],
    files:
      /^(?:setuptools\/(?:cli|gui)|(?:pip\/_vendor\/)?distlib\/[tw])-?(?:32|64|arm64|64-arm)?\.exe$/,
    reason:
      "launchers that installers copy into Scripts, half of them for other processors",
  },
  {
    components: ["wheel:imagehash"],
    files: /^ImageHash-[^/]+\.data\/data\/images\//,
    reason: "the picture of the project's README",
  },
  {
    components: ["wheel:scipy"],
    files: /^scipy-[^/]+\.whl$/,
    reason: "an empty file that the repair tool of the wheel left behind",
  },
  {
    components: [
      "wheel:numpy",
      "wheel:scipy",
      "wheel:pywavelets",
      "wheel:greenlet",
      "wheel:huey",
      "wheel:colorama",
    ],
    files: /^(?:numpy|scipy|pywt|greenlet|huey|colorama)\/(?:.*\/)?tests\//,
    // NumPy 2.0 to 2.3: numpy.testing imports it.
    except: /^numpy\/_core\/tests\/(?:__init__|_natype)\.py$/,
    reason: "the package's own test suite, which needs pytest",
  },
  {
    components: ["wheel:numpy", "wheel:scipy", "wheel:pywavelets"],
    files: /^(?:numpy|scipy|pywt)\/conftest\.py$/,
    reason: "set-up of the package's test suite, which needs pytest",
  },
  {
    components: [
      "wheel:numpy",
      "wheel:scipy",
      "wheel:pillow",
      "wheel:alembic",
      "wheel:markupsafe",
    ],
    files: /\.pyi$/,
    reason: "type stubs, for type checkers and editors",
  },
  {
    components: ["wheel:numpy", "wheel:scipy", "wheel:pywavelets"],
    files: /\.(?:lib|dll\.a)$/,
    reason: "import and static libraries, for compiling extensions",
  },
  {
    components: ["wheel:numpy", "wheel:scipy", "wheel:sqlalchemy"],
    files: /\.(?:pxd|pyx)$/,
    reason: "Cython sources, for compiling extensions",
  },
  {
    components: ["wheel:numpy"],
    files:
      /^numpy\/(?:_core\/include\/|_core\/lib\/(?:npy-pkg-config|pkgconfig)\/|random\/_examples\/)/,
    except: /LICENSE/,
    reason: "C headers, build settings and examples, for compiling extensions",
  },
  {
    components: ["wheel:scipy"],
    files: /^scipy\/(?:linalg|special)\/[^/]+\.h$/,
    reason: "C headers, for compiling extensions",
  },
  {
    components: ["wheel:greenlet"],
    files: /^greenlet\/.*\.(?:h|hpp|cpp|asm|obj|cmd)$/,
    reason: "C++ sources, for compiling extensions",
  },
  {
    components: ["wheel:markupsafe"],
    files: /^markupsafe\/_speedups\.c$/,
    reason: "the C source of the compiled module beside it",
  },
];

/** Where wheels lie in the bundle. */
const sitePackages = "tools/python/Lib/site-packages/";

/** Whether `row` speaks of `component`. */
function speaksOf(row: LeftOut, component: string): boolean {
  return row.components.some((name) =>
    name === component || (name === "wheel:*" && component.startsWith("wheel:"))
  );
}

/**
 * Why an entry does not ship.
 *
 * @param path The entry's path, below the bundle's top folder or below
 *     `site-packages/` (as a wheel's archive names it); forward slashes.
 * @param component The entry's component, e.g. `wheel:numpy`.
 * @returns The reason, or `undefined` when the entry ships.
 */
export function reasonToLeaveOut(
  path: string,
  component: string,
): string | undefined {
  const scripts = "tools/python/Scripts/";
  const inner = path.startsWith(sitePackages)
    ? path.slice(sitePackages.length)
    : path.startsWith(scripts)
    ? path.slice("tools/python/".length)
    : path;
  for (const row of leftOut) {
    if (
      speaksOf(row, component) && row.files.test(inner) &&
      !row.except?.test(inner)
    ) {
      return row.reason;
    }
  }
  return undefined;
}
