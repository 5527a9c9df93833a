"""The tables."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db


def _now() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)


class Job(db.Model):
    """One upload of one or more files."""

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=_now)
    items: Mapped[list[Item]] = relationship(back_populates="job")


class Item(db.Model):
    """One photo or video."""

    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    stored_as: Mapped[str] = mapped_column(String(80), unique=True)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    status: Mapped[str] = mapped_column(String(16), default="waiting")
    error: Mapped[str | None] = mapped_column(String(500))
    mime_type: Mapped[str | None] = mapped_column(String(80))
    taken_at: Mapped[datetime | None]
    phash: Mapped[str | None] = mapped_column(String(16))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=_now)
    camera: Mapped[str | None] = mapped_column(String(120), index=True)
    job: Mapped[Job] = relationship(back_populates="items")
    tags: Mapped[list[Tag]] = relationship(
        back_populates="item", cascade="all, delete-orphan"
    )


class Tag(db.Model):
    """A keyword found in a file's metadata."""

    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    item: Mapped[Item] = relationship(back_populates="tags")
