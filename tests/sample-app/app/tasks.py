"""What the worker does with an upload."""

from __future__ import annotations

import functools
import logging

from flask import Flask

from app import create_app
from app.extensions import db
from app.media.file_type import detect_type
from app.media.metadata import read_metadata
from app.media.thumbnails import make_thumbnail
from app.models import Item, Tag
from config import Settings
from huey_config import huey

log = logging.getLogger("mediaparser.worker")


@functools.cache
def flask_app() -> Flask:
    """Return the worker's app; the server has its own."""
    return create_app()


@huey.task()
def process_item(item_id: int) -> None:
    """Read one item's type, metadata, hash and thumbnail."""
    app = flask_app()
    settings: Settings = app.extensions["settings"]
    with app.app_context():
        if not _claim(item_id):
            return
        item = db.session.get(Item, item_id)
        assert item is not None
        if job_has_failed(item.job_id, settings.error_threshold):
            item.status = "skipped"
            item.error = "Too many files of this upload failed."
            db.session.commit()
            return
        try:
            _process(item, settings)
        except Exception as error:  # one bad file must not end the worker
            db.session.rollback()
            log.exception("Cannot process %s", item.name)
            item.status = "failed"
            item.error = str(error)[:500]
        db.session.commit()
        log.info("%s: %s", item.name, item.status)


def _claim(item_id: int) -> bool:
    """Take an item to process; one that is queued twice is taken once."""
    claimed = db.session.execute(
        db.update(Item)
        .where(Item.id == item_id, Item.status == "waiting")
        .values(status="processing")
    )
    db.session.commit()
    return claimed.rowcount == 1


def _process(item: Item, settings: Settings) -> None:
    path = settings.originals / item.stored_as
    item.mime_type = detect_type(path)
    found = read_metadata(path, settings.exiftool_path, settings.min_valid_year)
    item.taken_at = found.taken_at
    item.camera = found.camera
    item.details = found.details
    item.tags = [Tag(name=keyword[:80]) for keyword in found.keywords]
    item.phash = make_thumbnail(
        path,
        settings.thumbnails / f"{item.id}.jpg",
        item.mime_type,
        settings.jpeg_quality,
        settings.ffmpeg_timeout,
    )
    item.status = "done"


def job_has_failed(job_id: int, error_threshold: float) -> bool:
    """Tell whether the share of failed files has passed the threshold."""
    statuses = db.session.scalars(
        db.select(Item.status).where(Item.job_id == job_id)
    ).all()
    failed = sum(status == "failed" for status in statuses)
    return failed > 1 and failed / len(statuses) > error_threshold


def resume_unfinished() -> None:
    """Queue again what a worker that was ended by force left behind."""
    with flask_app().app_context():
        db.session.execute(
            db.update(Item)
            .where(Item.status == "processing")
            .values(status="waiting")
        )
        db.session.commit()
        waiting = db.session.scalars(
            db.select(Item.id).where(Item.status == "waiting")
        ).all()
    for item_id in waiting:
        process_item(item_id)
