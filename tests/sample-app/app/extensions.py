"""The database connection."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, event

db = SQLAlchemy()


def tune_sqlite(engine: Engine, busy_timeout_ms: int) -> None:
    """Let the server and the worker share the file: WAL, and patience."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(busy_timeout_ms)}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()


def close_database(app: Flask) -> None:
    """Close every connection, so that SQLite folds its WAL into the file."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
