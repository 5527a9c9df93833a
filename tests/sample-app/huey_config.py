"""The queue between the server and the worker."""

from __future__ import annotations

from huey import SqliteHuey

from config import Settings

_settings = Settings()
_settings.instance.mkdir(parents=True, exist_ok=True)

huey = SqliteHuey(
    "mediaparser",
    filename=str(_settings.instance / "huey.db"),
    timeout=max(1.0, _settings.sqlite_busy_timeout_ms / 1000),
)
