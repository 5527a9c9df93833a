"""What a file is, by its content."""

from __future__ import annotations

from pathlib import Path

import magic

_SAMPLE_BYTES = 8192


class UnsupportedFileError(ValueError):
    """The file is neither a photo nor a video."""


def detect_type(path: Path) -> str:
    """Return the file's MIME type, e.g. ``image/jpeg``.

    The bytes are handed over instead of the path, because libmagic on Windows
    opens files by names in the ANSI code page.
    """
    with path.open("rb") as file:
        mime_type = magic.from_buffer(file.read(_SAMPLE_BYTES), mime=True)
    if not mime_type.startswith(("image/", "video/")):
        raise UnsupportedFileError(f"Not a photo or video: {mime_type}")
    return mime_type
