"""Import every module of a site-packages folder and say which cannot be.

It proves that what the build leaves out of the wheels is missed by no module
that stays. Run it with the bundle's own Python::

    tools\\python\\python.exe import_everything.py [SITE_PACKAGES] [--json]

On a tree with nothing left out the same modules fail for the same reasons.

Modules are imported one after another in a child process; when the child dies
(a crash, an ``os._exit``), the module it was at is reported and a new child
goes on with the next. The last line counts; the exit code is 1 when a module
fails for a reason that the tables below do not explain.
"""

from __future__ import annotations

import importlib
import json
import os
import queue
import re
import subprocess
import sys
import sysconfig
import threading
from pathlib import Path

# Modules that are no part of the bundle although a wheel can make use of them.
# A module that fails for want of one of these fails in a plain `pip install`
# of the same wheels as well.
NOT_INSTALLED: dict[str, str] = {
    "pytest": "test runner; helpers of test suites import it",
    "mpmath": "SciPy's developers compute tables with it",
    "matplotlib": "optional plots",
    "tkinter": "not in Python's embeddable package",
    "numpy.distutils": "gone from NumPy on Python 3.12",
    "code_generators": "part of NumPy's source tree, at build time alone",
    "olefile": "optional reader of Pillow's FPX and MIC formats",
    "IPython": "optional shell of python-dotenv",
    "django": "optional integration of Huey",
    "gevent": "optional worker type of Huey",
    "peewee": "optional storage of Huey",
    "ukt": "optional storage of Huey",
    "babel": "optional extractor of Mako",
    "lingua": "optional extractor of Mako",
    "pygments": "optional highlighter of Mako",
    "cupy": "optional array library",
    "dask": "optional array library",
    "torch": "optional array library",
    "mypy": "type checker, for SQLAlchemy's plug-in",
}

# Modules that are programs: importing one runs it.
PROGRAMS = "__main__"

# Other modules that cannot be imported from a plain `pip install` either: a
# pattern for their names, words that the error must hold, and the reason.
CANNOT: list[tuple[str, str, str]] = [
    (r"alembic\.templates\.\w+\.env", "has no attribute 'config'", "a template, run by Alembic's commands alone"),
    (r"alembic\.testing\.suite(\.\w+)?", "SuiteRequirements", "a test suite, run by pytest alone"),
    (r"sqlalchemy\.testing\.plugin\.bootstrap", "bootstrap_file", "a test suite, run by pytest alone"),
    (r"mako\.testing\.(config|fixtures)", "No config file found", "reads the setup.cfg of Mako's source tree"),
    (
        r"scipy\.special\._precompute\.hyp2f1_data",
        "scipy.special.tests",
        "SciPy's developers compute tables with it; needs pytest and mpmath",
    ),
]


def modules_of(site_packages: Path) -> list[str]:
    """Name every module below `site_packages`, sorted."""
    names: set[str] = set()
    for folder, folders, files in os.walk(site_packages):
        folders[:] = sorted(name for name in folders if name.isidentifier() and name != "__pycache__")
        package = Path(folder).relative_to(site_packages).parts
        for file in files:
            stem, _, extension = file.partition(".")
            if not extension.endswith(("py", "pyd")) or extension.endswith(".py"):
                continue
            if not stem.isidentifier():
                continue
            names.add(".".join(package if stem == "__init__" else (*package, stem)))
    return sorted(names)


def describe(error: BaseException) -> dict[str, str]:
    """Turn an exception into plain data."""
    return {
        "type": type(error).__name__,
        "message": str(error),
        "missing": (error.name or "") if isinstance(error, ModuleNotFoundError) else "",
    }


def child(output: int) -> None:
    """Import the modules named on standard input and answer each with a line of JSON."""
    with os.fdopen(output, "w", encoding="utf-8", buffering=1) as answers:
        for line in sys.stdin:
            name = line.strip()
            try:
                importlib.import_module(name)
                answer: dict[str, str] = {}
            except BaseException as error:  # noqa: BLE001 - whatever a module raises is the finding
                answer = describe(error)
            answers.write(json.dumps({"module": name, **answer}) + "\n")


def start_child() -> subprocess.Popen[str]:
    """Start a child whose answers come on standard output, clean of what modules print."""
    return subprocess.Popen(
        [sys.executable, "-s", "-X", "utf8", "-W", "ignore", __file__, "--child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )


def import_all(names: list[str], seconds: float = 120) -> list[dict[str, str]]:
    """Import `names` in children and return one answer for each."""
    results: list[dict[str, str]] = []
    process: subprocess.Popen[str] | None = None
    answers: queue.Queue[str] = queue.Queue()
    for name in names:
        if process is None:
            process = start_child()
            answers = queue.Queue()
            threading.Thread(target=pump, args=(process, answers), daemon=True).start()
        assert process.stdin
        try:
            process.stdin.write(name + "\n")
            process.stdin.flush()
            line = answers.get(timeout=seconds)
        except (OSError, queue.Empty):
            line = ""
        if line:
            results.append(json.loads(line))
            continue
        process.kill()
        process.wait()
        results.append({"module": name, "type": "Died", "message": f"exit code {process.returncode}", "missing": ""})
        process = None
    if process and process.stdin:
        process.stdin.close()
        process.wait()
    return results


def pump(process: subprocess.Popen[str], answers: queue.Queue[str]) -> None:
    """Pass the child's lines on; an empty one when it has ended."""
    assert process.stdout
    for line in process.stdout:
        answers.put(line)
    answers.put("")


def explanation(result: dict[str, str]) -> str | None:
    """Say why a failure is none of the bundle's making, or nothing."""
    missing = result["missing"]
    for name in (missing, missing.partition(".")[0]):
        if name in NOT_INSTALLED:
            return NOT_INSTALLED[name]
    for pattern, words, reason in CANNOT:
        if re.fullmatch(pattern, result["module"]) and words in result["message"]:
            return reason
    return None


def main(arguments: list[str]) -> int:
    """Import all, print what failed, and return the exit code."""
    paths = [argument for argument in arguments if not argument.startswith("-")]
    site_packages = Path(paths[0] if paths else sysconfig.get_paths()["purelib"])
    every = modules_of(site_packages)
    names = [name for name in every if name.rpartition(".")[2] != PROGRAMS]
    failed = [result for result in import_all(names) if "type" in result]
    explained = [(result, explanation(result)) for result in failed]
    unexplained = [result for result, reason in explained if reason is None]
    if "--json" in arguments:
        print(json.dumps({"modules": len(names), "explained": len(failed) - len(unexplained), "failed": unexplained}))
    else:
        for result, reason in explained:
            state = f"explained ({reason})" if reason else "FAILED"
            print(f"{state}: {result['module']}: {result['type']}: {result['message']}")
        print(
            f"{len(names) - len(failed)} modules imported, {len(failed) - len(unexplained)} explained, "
            f"{len(unexplained)} failed, {len(every) - len(names)} programs not run"
        )
    return 1 if unexplained else 0


if __name__ == "__main__":
    if "--child" in sys.argv:
        # What modules print must not mix with the answers.
        answers_to = os.dup(1)
        os.dup2(2, 1)
        child(answers_to)
    else:
        sys.exit(main(sys.argv[1:]))
