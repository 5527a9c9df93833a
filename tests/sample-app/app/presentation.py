"""Items as JSON, for the API and the page."""

from __future__ import annotations

from typing import Any

from flask import current_app

from app.duplicates import find_duplicates
from app.extensions import db
from app.models import Item
from config import Settings


def all_items() -> list[dict[str, Any]]:
    """Return every item, newest first, with its duplicates."""
    items = db.session.scalars(db.select(Item).order_by(Item.id.desc())).all()
    return [describe(item, items) for item in items]


def one_item(item_id: int) -> dict[str, Any] | None:
    """Return one item with its duplicates, or None."""
    item = db.session.get(Item, item_id)
    if item is None:
        return None
    return describe(item, db.session.scalars(db.select(Item)).all())


def describe(item: Item, others: Any) -> dict[str, Any]:
    """Return one item as JSON."""
    settings: Settings = current_app.extensions["settings"]
    duplicates = find_duplicates(
        item, others, settings.exact_threshold, settings.similar_threshold
    )
    return {
        "id": item.id,
        "name": item.name,
        "size": item.size,
        "sha256": item.sha256,
        "status": item.status,
        "error": item.error,
        "mime_type": item.mime_type,
        "taken_at": item.taken_at.isoformat() if item.taken_at else None,
        "camera": item.camera,
        "tags": [tag.name for tag in item.tags],
        "phash": item.phash,
        "metadata": item.details or {},
        "thumbnail": (
            f"/thumbnails/{item.id}.jpg" if item.status == "done" else None
        ),
        "duplicates": [vars(duplicate) for duplicate in duplicates],
    }
