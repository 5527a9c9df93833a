"""python-magic's database, by a name that libmagic can open."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from mediaparser_portable import magic_database


class OpenablePathTest(unittest.TestCase):
    def test_is_relative_where_the_folder_is_not_ascii(self) -> None:
        folder = Path("/Users/Jürgen")
        shorter = magic_database.openable_path(
            str(folder / "tools" / "magic.mgc"), str(folder)
        )
        self.assertEqual(Path(shorter), Path("tools", "magic.mgc"))

    def test_keeps_what_libmagic_can_open_anyway(self) -> None:
        path = "/a/magic.mgc"
        self.assertEqual(magic_database.openable_path(path, "/b"), path)

    def test_keeps_what_no_relative_name_helps(self) -> None:
        path = "/a/é/magic.mgc"
        self.assertEqual(magic_database.openable_path(path, "/a"), path)


class InstallTest(unittest.TestCase):
    def test_mends_the_module_when_it_is_imported(self) -> None:
        with tempfile.TemporaryDirectory(prefix="Jürgen") as folder:
            package = Path(folder, "magic")
            package.mkdir()
            (package / "__init__.py").write_text("from .magic import *\n")
            (package / "magic.py").write_text(
                "import os.path\n"
                "default_magic_file = os.path.join(\n"
                "    os.path.dirname(__file__), 'magic.mgc')\n"
            )
            self.addCleanup(os.chdir, os.getcwd())
            os.chdir(folder)
            others = {
                name: module
                for name, module in sys.modules.items()
                if name.split(".")[0] != "magic"
            }
            with (
                mock.patch.object(sys, "platform", "win32"),
                mock.patch.object(sys, "meta_path", [*sys.meta_path]),
                mock.patch.object(sys, "path", [folder, *sys.path]),
                mock.patch.dict(sys.modules, others, clear=True),
            ):
                magic_database.install()
                module = importlib.import_module("magic.magic")
            self.assertEqual(
                Path(module.default_magic_file), Path("magic", "magic.mgc")
            )
            os.chdir(tempfile.gettempdir())


if __name__ == "__main__":
    unittest.main()
