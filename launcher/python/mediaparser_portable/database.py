"""Brings the app's database to where the app wants it.

``python -m mediaparser_portable.database ACTION [--until-eof]``, run in the
app's folder:

``create``
    Makes all tables (``create_app()`` does), and stamps the newest revision.
``stamp``
    Notes the newest revision in a database that has the tables but no note.
``upgrade``
    Runs the migrations, then SQLite's integrity check.
``revision``
    Only tells which revision there is, and which is the newest.

The answer is the last line of JSON on standard output; whatever the app and
Alembic print goes to standard error. A line ``{"progress": "tables"}`` before it
says that ``create`` has made them. The answer holds ``ok`` and ``action``, and either
``from`` and ``to`` (revisions, or null), or ``error`` and ``kind``: one of
``multiple-heads``, ``unknown-revision``, ``integrity``, ``locked``,
``disk-full``, ``corrupt`` and ``app``.

With ``--until-eof`` the process ends at once when its standard input does: a
migration must not go on while the next launcher puts the copy back, after the
one that started it was killed.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import json
import logging
import os
import sqlite3
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any

from mediaparser_portable.control_pipe import take_control_pipe

_TEMPORARY = "_alembic_tmp_"
_ACTIONS = ("create", "stamp", "upgrade", "revision")
_KINDS_BY_SQLITE_CODE = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_FULL: "disk-full",
    sqlite3.SQLITE_CORRUPT: "corrupt",
    sqlite3.SQLITE_NOTADB: "corrupt",
}


class DatabaseActionError(Exception):
    """An action that cannot be done, and the kind of reason."""

    def __init__(self, kind: str, message: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.kind = kind


def run_action(
    action: str, root: Path, tell: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """Do one action for the app in ``root``, and return the answer.

    ``tell`` gets ``{"progress": "tables"}`` as soon as all tables are there.
    """
    database = root / "instance" / "mediaparser.db"
    try:
        before = read_revision(database)
        if action == "create":
            # Before Alembic is even imported: the server waits for the tables.
            _create_all()
            tell({"progress": "tables"})
        config, head = _read_alembic(root)
        with restored_logging():
            _act(action, config, database)
        after = read_revision(database)
    except (Exception, SystemExit) as error:
        traceback.print_exc()
        return {
            "ok": False,
            "action": action,
            "kind": kind_of(error),
            "error": _first_line(error),
        }
    if action == "revision":
        after = head
    return {"ok": True, "action": action, "from": before, "to": after}


def _act(action: str, config: Any, database: Path) -> None:
    from alembic import command

    if action in ("create", "stamp"):
        command.stamp(config, "head")
    elif action == "upgrade":
        recover_temporary_tables(database)
        command.upgrade(config, "head")
        check_integrity(database)


def _create_all() -> None:
    from app import create_app

    create_app()


def _read_alembic(root: Path) -> tuple[Any, str]:
    """Return Alembic's configuration and the one newest revision."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    ini = root / "alembic.ini"
    if not ini.is_file():
        raise DatabaseActionError("app", f"{ini} is missing.")
    config = Config(str(ini))
    # Alembic's own parser breaks on a folder with a % in its name.
    parser = ConfigParser({"here": root.as_posix().replace("%", "%%")})
    parser.read(ini, encoding="utf-8")
    config.file_config = parser
    heads = ScriptDirectory.from_config(config).get_heads()
    if len(heads) != 1:
        raise DatabaseActionError(
            "multiple-heads",
            "The app's migrations must end in one revision, but end in: "
            + (", ".join(heads) or "none"),
        )
    return config, heads[0]


def read_revision(database: Path) -> str | None:
    """Return the revision noted in a database, or None."""
    if not database.exists():
        return None
    with _open(database) as connection:
        try:
            rows = connection.execute("SELECT version_num FROM alembic_version")
            revisions = sorted(row[0] for row in rows)
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return None
            raise
    return ",".join(revisions) or None


def recover_temporary_tables(database: Path) -> None:
    """Remove what an interrupted batch migration left behind.

    Alembic changes a table by copying it to ``_alembic_tmp_X``, dropping ``X``
    and renaming the copy. If ``X`` is gone, or was made anew and empty by
    ``create_all()``, the copy is all that is left of the rows.
    """
    if not database.exists():
        return
    with _open(database) as connection:
        names = [
            row[0]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            )
        ]
        connection.execute("BEGIN IMMEDIATE")
        for temporary in names:
            if not temporary.startswith(_TEMPORARY):
                continue
            table = temporary.removeprefix(_TEMPORARY)
            if table in names and not (
                _has_rows(connection, temporary)
                and not _has_rows(connection, table)
            ):
                connection.execute(f"DROP TABLE {_quote(temporary)}")
                continue
            if table in names:
                connection.execute(f"DROP TABLE {_quote(table)}")
            connection.execute(
                f"ALTER TABLE {_quote(temporary)} RENAME TO {_quote(table)}"
            )
        connection.execute("COMMIT")


def check_integrity(database: Path) -> None:
    """Raise unless SQLite finds the database sound."""
    with _open(database) as connection:
        findings = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    if findings != ["ok"]:
        raise DatabaseActionError("integrity", "; ".join(findings[:5]))


@contextlib.contextmanager
def _open(database: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(database, timeout=5, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def _has_rows(connection: sqlite3.Connection, table: str) -> bool:
    query = f"SELECT EXISTS (SELECT 1 FROM {_quote(table)})"
    return bool(connection.execute(query).fetchone()[0])


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextlib.contextmanager
def restored_logging() -> Iterator[None]:
    """Put every logger back: Alembic's ``fileConfig`` replaces and disables them."""
    before = [(logger, _state(logger)) for logger in _loggers()]
    known = {logger for logger, _ in before}
    disabled_below = logging.root.manager.disable
    try:
        yield
    finally:
        for logger, (level, handlers, disabled, propagate) in before:
            logger.setLevel(level)
            logger.handlers[:] = handlers
            logger.disabled = disabled
            logger.propagate = propagate
        for logger in _loggers():
            if logger not in known:
                logger.disabled = False
        logging.root.manager.disable = disabled_below


def _loggers() -> list[logging.Logger]:
    found = logging.root.manager.loggerDict.values()
    return [
        logging.root,
        *(logger for logger in found if isinstance(logger, logging.Logger)),
    ]


def _state(
    logger: logging.Logger,
) -> tuple[int, list[logging.Handler], bool, bool]:
    return (logger.level, list(logger.handlers), logger.disabled, logger.propagate)


def kind_of(error: BaseException) -> str:
    """Classify an error by itself and by what caused it."""
    for cause in _chain(error):
        if isinstance(cause, DatabaseActionError):
            return cause.kind
        if isinstance(cause, sqlite3.Error):
            # The low byte is the primary code; the rest says more about it.
            code = (getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF
            if code in _KINDS_BY_SQLITE_CODE:
                return _KINDS_BY_SQLITE_CODE[code]
        if isinstance(cause, OSError) and cause.errno == errno.ENOSPC:
            return "disk-full"
        if type(cause).__name__ == "ResolutionError" or (
            "Can't locate revision" in str(cause)
        ):
            return "unknown-revision"
    return "app"


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _first_line(error: BaseException) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0]


def _end_with_standard_input() -> None:
    descriptor = take_control_pipe()

    def watch() -> None:
        try:
            while os.read(descriptor, 4096):
                pass
        except OSError:
            pass
        os._exit(1)

    threading.Thread(target=watch, name="launcher-watch", daemon=True).start()


def _main(arguments: list[str]) -> int:
    action, *options = arguments or [""]
    if action not in _ACTIONS or options not in ([], ["--until-eof"]):
        print(f"Give one of: {', '.join(_ACTIONS)}", file=sys.stderr)
        return 2
    if options:
        _end_with_standard_input()
    # A short life makes little garbage; looking for it takes a tenth of it.
    gc.disable()
    # Nothing the app prints may get into the answer, whoever prints it.
    answer = os.dup(1)
    os.dup2(2, 1)
    root = Path.cwd()
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))

    def tell(message: dict[str, Any]) -> None:
        os.write(answer, (json.dumps(message) + "\n").encode("ascii"))

    result = run_action(action, root, tell)
    tell(result)
    os.close(answer)
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
