"""An item's camera, and its tags.

Revision ID: b83e5f0c6d42
Revises: 4c1d7a9be201
Create Date: 2025-11-20 19:41:55
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "b83e5f0c6d42"
down_revision: str | None = "4c1d7a9be201"
branch_labels = None
depends_on = None

_KEYWORD_TAGS = ("XMP:Subject", "IPTC:Keywords")


def upgrade() -> None:
    """Add both and fill them from the metadata stored earlier."""
    inspector = sa.inspect(op.get_bind())
    if "tags" not in inspector.get_table_names():
        op.create_table(
            "tags",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column(
                "item_id", sa.Integer(), sa.ForeignKey("items.id"), nullable=False
            ),
            sa.Column("name", sa.String(80), nullable=False),
        )
        op.create_index("ix_tags_item_id", "tags", ["item_id"])
    columns = {column["name"] for column in inspector.get_columns("items")}
    if "camera" not in columns:
        with op.batch_alter_table("items", recreate="always") as batch:
            batch.add_column(sa.Column("camera", sa.String(120), nullable=True))
            batch.create_index("ix_items_camera", ["camera"])
    _fill()


def _fill() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, details FROM items")).all()
    for item_id, details in rows:
        found: dict[str, Any] = json.loads(details or "null") or {}
        camera = " ".join(
            str(found[name]) for name in ("EXIF:Make", "EXIF:Model") if name in found
        )
        connection.execute(
            sa.text("UPDATE items SET camera = :camera WHERE id = :id"),
            {"camera": camera[:120] or None, "id": item_id},
        )
        for tag in _KEYWORD_TAGS:
            words = found.get(tag, [])
            for word in words if isinstance(words, list) else [words]:
                connection.execute(
                    sa.text("INSERT INTO tags (item_id, name) VALUES (:id, :name)"),
                    {"id": item_id, "name": str(word)[:80]},
                )


def downgrade() -> None:
    """Drop both."""
    with op.batch_alter_table("items") as batch:
        batch.drop_index("ix_items_camera")
        batch.drop_column("camera")
    op.drop_table("tags")
