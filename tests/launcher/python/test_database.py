"""Tests of mediaparser_portable.database, on the sample app and real Alembic."""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from contextlib import closing
from pathlib import Path

from mediaparser_portable import database

SAMPLE_APP = Path(__file__).resolve().parents[2] / "sample-app"
FIRST, HEAD = "4c1d7a9be201", "b83e5f0c6d42"
HAS_APP = all(map(importlib.util.find_spec, ("alembic", "flask", "huey")))


class TemporaryTablesTest(unittest.TestCase):
    """What an interrupted batch migration left behind."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "x.db"

    def after(self, script: str) -> dict[str, list[int]]:
        """Run a script, recover, and return each table's rows."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.executescript(script)
        database.recover_temporary_tables(self.path)
        with closing(sqlite3.connect(self.path)) as connection:
            tables = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            ).fetchall()
            return {
                name: [row[0] for row in connection.execute(f"SELECT * FROM {name}")]
                for (name,) in tables
            }

    def test_half_made_copy_is_dropped(self) -> None:
        self.assertEqual(
            self.after(
                "CREATE TABLE items (id); INSERT INTO items VALUES (1), (2);"
                "CREATE TABLE _alembic_tmp_items (id);"
                "INSERT INTO _alembic_tmp_items VALUES (1);"
            ),
            {"items": [1, 2]},
        )

    def test_copy_that_is_all_there_is_becomes_the_table(self) -> None:
        self.assertEqual(
            self.after(
                "CREATE TABLE _alembic_tmp_items (id);"
                "INSERT INTO _alembic_tmp_items VALUES (1);"
            ),
            {"items": [1]},
        )

    def test_copy_wins_over_an_empty_table_made_since(self) -> None:
        self.assertEqual(
            self.after(
                "CREATE TABLE items (id); CREATE TABLE _alembic_tmp_items (id);"
                "INSERT INTO _alembic_tmp_items VALUES (1);"
            ),
            {"items": [1]},
        )


class LoggingTest(unittest.TestCase):
    """Alembic's fileConfig leaves no trace."""

    def test_levels_handlers_and_flags_come_back(self) -> None:
        logger = logging.getLogger("mediaparser.test")
        handler = logging.NullHandler()
        logger.addHandler(handler)
        self.addCleanup(logger.removeHandler, handler)
        level, handlers = logging.root.level, list(logging.root.handlers)
        with database.restored_logging():
            from logging.config import fileConfig

            fileConfig(SAMPLE_APP / "alembic.ini")
            self.assertTrue(logger.disabled)
            late = logging.getLogger("mediaparser.late")
            late.disabled = True
        self.assertFalse(logger.disabled)
        self.assertFalse(late.disabled)
        self.assertEqual(logger.handlers, [handler])
        self.assertEqual((logging.root.level, logging.root.handlers), (level, handlers))


@unittest.skipUnless(HAS_APP, "needs the sample app's packages")
class ActionTest(unittest.TestCase):
    """The actions, each in a process of its own, in a folder of odd name."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "Ünï 家 & co %TEMP%"
        shutil.copytree(
            SAMPLE_APP,
            self.root,
            ignore=shutil.ignore_patterns("instance", "storage", "__pycache__", ".env"),
        )
        self.database = self.root / "instance" / "mediaparser.db"

    def act(self, action: str, *options: str, **popen) -> dict:
        """Run an action and return its answer; nothing else may be printed."""
        popen.setdefault("stdin", subprocess.DEVNULL)
        result = subprocess.run(
            [
                *(sys.executable, "-B", "-u", "-X", "utf8", "-s"),
                *("-m", "mediaparser_portable.database", action, *options),
            ],
            cwd=self.root,
            env={**os.environ, "SECRET_KEY": "for-tests"},
            capture_output=True,
            check=False,
            **{k: v for k, v in popen.items() if k != "stdin"},
            stdin=popen["stdin"],
        )
        lines = result.stdout.decode().splitlines()
        messages = [json.loads(line) for line in lines]
        if action == "create" and len(messages) == 2:
            self.assertEqual(messages.pop(0), {"progress": "tables"})
        self.assertEqual(len(messages), 1, result.stderr.decode())
        answer = messages[0]
        if action == "create" and answer["ok"]:
            self.assertEqual(len(lines), 2, "the tables were not announced")
        self.assertEqual(result.returncode, 0 if answer["ok"] else 1)
        return answer

    def sql(self, statement: str) -> list:
        """Run SQL on the database."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            return connection.execute(statement).fetchall()

    def make_first_revision(self) -> None:
        """Leave a database as version 1 of the app did, with a row."""
        self.act("create")
        with closing(sqlite3.connect(self.database)) as connection:
            connection.executescript(
                f"""
                DROP TABLE tags;
                DROP INDEX ix_items_camera;
                ALTER TABLE items DROP COLUMN camera;
                UPDATE alembic_version SET version_num = '{FIRST}';
                INSERT INTO jobs VALUES (1, '2025-01-01 00:00:00');
                INSERT INTO items VALUES (1, 1, 'a.jpg', 'x.jpg', 5, 'ab', 'done',
                  NULL, 'image/jpeg', NULL, NULL,
                  '{{"EXIF:Make": "Nikon", "XMP:Subject": ["sea", "sun"]}}',
                  '2025-01-01 00:00:00');
                """
            )

    def test_create_makes_the_tables_at_the_newest_revision(self) -> None:
        with (self.root / "app" / "__init__.py").open("a") as file:
            file.write("\nprint('noise')\n")
        self.assertEqual(
            self.act("create"),
            {"ok": True, "action": "create", "from": None, "to": HEAD},
        )
        self.assertEqual(self.sql("SELECT count(*) FROM items"), [(0,)])

    def test_stamp_notes_the_revision_and_changes_no_row(self) -> None:
        self.act("create")
        self.sql("DROP TABLE alembic_version")
        self.sql("INSERT INTO jobs VALUES (7, '2025-01-01 00:00:00')")
        answer = self.act("stamp")
        self.assertEqual((answer["from"], answer["to"]), (None, HEAD))
        self.assertEqual(self.sql("SELECT id FROM jobs"), [(7,)])

    def test_upgrade_keeps_rows_and_fills_what_is_new(self) -> None:
        self.make_first_revision()
        answer = self.act("upgrade")
        self.assertEqual((answer["from"], answer["to"]), (FIRST, HEAD))
        self.assertEqual(self.sql("SELECT name, camera FROM items"), [("a.jpg", "Nikon")])
        self.assertEqual(self.sql("SELECT name FROM tags"), [("sea",), ("sun",)])

    def test_upgrade_goes_on_after_an_interrupted_one(self) -> None:
        self.make_first_revision()
        self.sql("CREATE TABLE _alembic_tmp_items (id)")
        self.assertTrue(self.act("upgrade")["ok"])
        self.assertEqual(self.sql("SELECT name FROM items"), [("a.jpg",)])

    def test_revision_compares_and_changes_nothing(self) -> None:
        self.make_first_revision()
        before = self.database.read_bytes()
        answer = self.act("revision")
        self.assertEqual((answer["from"], answer["to"]), (FIRST, HEAD))
        self.assertEqual(self.database.read_bytes(), before)

    def test_two_newest_revisions_are_refused_by_name(self) -> None:
        versions = self.root / "alembic" / "versions"
        (versions / "branch.py").write_text(
            f"revision = 'zzz'\ndown_revision = '{FIRST}'\n"
        )
        answer = self.act("upgrade")
        self.assertEqual(answer["kind"], "multiple-heads")
        self.assertIn("zzz", answer["error"])
        self.assertFalse(self.database.exists())

    def test_unknown_revision_is_told_apart(self) -> None:
        self.act("create")
        self.sql("UPDATE alembic_version SET version_num = 'fffff'")
        answer = self.act("upgrade")
        self.assertEqual(answer["kind"], "unknown-revision")

    def test_file_that_is_no_database_is_told_apart(self) -> None:
        self.database.parent.mkdir()
        self.database.write_bytes(b"no database at all, but long enough" * 40)
        self.assertEqual(self.act("upgrade")["kind"], "corrupt")

    def test_failing_migration_is_an_answer_too(self) -> None:
        self.make_first_revision()
        [script] = (self.root / "alembic" / "versions").glob("b83*.py")
        script.write_text(script.read_text().replace("    _fill()\n", "    1 / 0\n"))
        answer = self.act("upgrade")
        self.assertEqual((answer["ok"], answer["kind"]), (False, "app"))
        self.assertIn("division", answer["error"])

    def test_dead_launcher_ends_the_action(self) -> None:
        [script] = (self.root / "alembic" / "versions").glob("b83*.py")
        self.make_first_revision()
        with script.open("a") as file:
            file.write("\nimport time\nprint('migrating')\ntime.sleep(600)\n")
        child = subprocess.Popen(
            [
                *(sys.executable, "-B", "-s", "-m", "mediaparser_portable.database"),
                *("upgrade", "--until-eof"),
            ],
            cwd=self.root,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "SECRET_KEY": "for-tests", "PYTHONUNBUFFERED": "1"},
        )
        self.addCleanup(child.stderr.close)
        self.addCleanup(child.kill)
        while child.stderr.readline().strip() != b"migrating":
            self.assertIsNone(child.poll())
        child.stdin.close()
        self.assertEqual(child.wait(60), 1)


if __name__ == "__main__":
    unittest.main()
