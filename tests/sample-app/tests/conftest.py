"""The app's tests run on a copy, so that no data ends up in the checkout."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

_SOURCE = Path(__file__).resolve().parents[1]
_COPY = Path(tempfile.mkdtemp(prefix="mediaparser-tests-"))

shutil.copytree(
    _SOURCE,
    _COPY,
    dirs_exist_ok=True,
    ignore=shutil.ignore_patterns(
        "tests", "instance", "storage", "__pycache__", ".env"
    ),
)
sys.path.insert(0, str(_COPY))
os.environ["SECRET_KEY"] = "for-tests"


def pytest_sessionfinish() -> None:
    """Remove the copy."""
    shutil.rmtree(_COPY, ignore_errors=True)


@pytest.fixture(scope="session")
def app() -> Iterator[Flask]:
    """The app, with tasks run at once instead of by the worker."""
    from app.extensions import close_database
    from app.tasks import flask_app
    from huey_config import huey

    huey.immediate = True
    yield flask_app()
    close_database(flask_app())


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser of sorts."""
    return app.test_client()
