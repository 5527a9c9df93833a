"""Jobs and items.

Revision ID: 4c1d7a9be201
Revises:
Create Date: 2025-03-02 10:14:08
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "4c1d7a9be201"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the first tables, unless create_all() has already done it."""
    tables = sa.inspect(op.get_bind()).get_table_names()
    if "jobs" not in tables:
        op.create_table(
            "jobs",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("created_at", sa.DateTime(), nullable=False),
        )
    if "items" not in tables:
        op.create_table(
            "items",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column(
                "job_id", sa.Integer(), sa.ForeignKey("jobs.id"), nullable=False
            ),
            sa.Column("name", sa.String(255), nullable=False),
            sa.Column("stored_as", sa.String(80), nullable=False, unique=True),
            sa.Column("size", sa.Integer(), nullable=False),
            sa.Column("sha256", sa.String(64), nullable=False),
            sa.Column("status", sa.String(16), nullable=False),
            sa.Column("error", sa.String(500)),
            sa.Column("mime_type", sa.String(80)),
            sa.Column("taken_at", sa.DateTime()),
            sa.Column("phash", sa.String(16)),
            sa.Column("details", sa.JSON(), nullable=False),
            sa.Column("created_at", sa.DateTime(), nullable=False),
        )
        op.create_index("ix_items_job_id", "items", ["job_id"])
        op.create_index("ix_items_sha256", "items", ["sha256"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("items")
    op.drop_table("jobs")
