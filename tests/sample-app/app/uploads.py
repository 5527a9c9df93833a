"""Taking files in."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from pathlib import Path

from flask import current_app
from werkzeug.datastructures import FileStorage

from app.extensions import db
from app.models import Item, Job
from app.tasks import process_item
from config import Settings

_BLOCK_BYTES = 1024 * 1024


def store_upload(files: Iterable[FileStorage]) -> list[Item]:
    """Store files as one job, queue them for the worker and return the items."""
    settings: Settings = current_app.extensions["settings"]
    job = Job()
    for file in files:
        if not file.filename:
            continue
        # Browsers and phones send names no file system likes: the file gets a
        # name of our own, and keeps only its extension.
        suffix = Path(file.filename).suffix.lower()[:10]
        suffix = suffix if suffix[1:].isalnum() and suffix.isascii() else ""
        stored_as = uuid.uuid4().hex + suffix
        size, sha256 = _write(file, settings.originals / stored_as)
        job.items.append(
            Item(
                name=file.filename[-255:],
                stored_as=stored_as,
                size=size,
                sha256=sha256,
            )
        )
    if not job.items:
        return []
    db.session.add(job)
    db.session.commit()
    for item in job.items:
        process_item(item.id)
    return job.items


def _write(file: FileStorage, target: Path) -> tuple[int, str]:
    digest = hashlib.sha256()
    size = 0
    with target.open("wb") as output:
        while block := file.stream.read(_BLOCK_BYTES):
            digest.update(block)
            output.write(block)
            size += len(block)
    return size, digest.hexdigest()
