"""Lets python-magic find its database in a folder of any name, on Windows.

libmagic opens ``magic.mgc`` by a name in the ANSI code page, and python-magic
gives it one in UTF-8: below ``C:\\Users\\Jürgen`` no file's type is known. Seen
from the app's folder, which is the current one, the name is plain ASCII.
"""

from __future__ import annotations

import importlib.machinery
import os
import sys
from collections.abc import Sequence
from types import ModuleType

_MODULE = "magic.magic"


def openable_path(path: str, folder: str) -> str:
    """Return a name for ``path`` that libmagic can open from ``folder``."""
    if path.isascii():
        return path
    try:
        relative = os.path.relpath(path, folder)
    except ValueError:  # another drive
        return path
    return relative if relative.isascii() else path


class _Finder:
    """Finds python-magic's module as ever, and mends it once it is loaded."""

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        if name != _MODULE:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def execute_and_mend(module: ModuleType) -> None:
            execute(module)
            database = getattr(module, "default_magic_file", None)
            if isinstance(database, str):
                module.default_magic_file = openable_path(  # type: ignore[attr-defined]
                    database, os.getcwd()
                )

        spec.loader.exec_module = execute_and_mend  # type: ignore[method-assign]
        return spec


def install() -> None:
    """Mend python-magic when, and only if, it is imported."""
    if sys.platform == "win32":
        sys.meta_path.insert(0, _Finder())  # type: ignore[arg-type]
