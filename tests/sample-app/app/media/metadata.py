"""Metadata by ExifTool."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from exiftool import ExifToolHelper

_DATE_TAGS = ("EXIF:DateTimeOriginal", "EXIF:CreateDate", "QuickTime:CreateDate")
_KEYWORD_TAGS = ("XMP:Subject", "IPTC:Keywords")
_HIDDEN_GROUPS = ("File:Directory", "File:FilePermissions", "SourceFile")
_DATE = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")


@dataclass(frozen=True)
class Metadata:
    """What ExifTool says about one file."""

    taken_at: datetime | None
    camera: str | None
    keywords: tuple[str, ...]
    details: dict[str, Any]


def read_metadata(
    path: Path, exiftool_path: str, min_valid_year: int
) -> Metadata:
    """Read a file's metadata with the given ExifTool, or the one on PATH."""
    executable = exiftool_path or shutil.which("exiftool")
    if not executable:
        raise RuntimeError("ExifTool was not found. Set EXIFTOOL_PATH.")
    with ExifToolHelper(
        executable=executable,
        common_args=["-G", "-n", "-charset", "filename=utf8"],
        encoding="utf-8",
    ) as tool:
        tags: dict[str, Any] = tool.get_metadata(str(path))[0]
    return summarize(tags, min_valid_year)


def summarize(tags: dict[str, Any], min_valid_year: int) -> Metadata:
    """Pick what the page shows out of ExifTool's answer."""
    dates = (parse_date(tags.get(tag), min_valid_year) for tag in _DATE_TAGS)
    camera = " ".join(
        str(tags[tag]) for tag in ("EXIF:Make", "EXIF:Model") if tag in tags
    )
    return Metadata(
        taken_at=next((date for date in dates if date), None),
        camera=camera or None,
        keywords=tuple(
            dict.fromkeys(
                word for tag in _KEYWORD_TAGS for word in _as_list(tags.get(tag))
            )
        ),
        details={
            name: value
            for name, value in tags.items()
            if name not in _HIDDEN_GROUPS and not name.startswith("ExifTool:")
        },
    )


def parse_date(value: Any, min_valid_year: int) -> datetime | None:
    """Read ``2024:05:06 07:08:09``; cameras with a reset clock are not believed."""
    match = _DATE.match(str(value or ""))
    if not match:
        return None
    try:
        date = datetime(*(int(part) for part in match.groups()))
    except ValueError:
        return None
    return date if date.year >= min_valid_year else None


def _as_list(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(word) for word in (value if isinstance(value, list) else [value])]
