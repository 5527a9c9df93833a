"""Thumbnails and perceptual hashes."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import imagehash
from PIL import Image, ImageOps

_THUMBNAIL_SIZE = (480, 480)


def make_thumbnail(
    source: Path,
    target: Path,
    mime_type: str,
    jpeg_quality: int,
    ffmpeg_timeout: int,
) -> str:
    """Write the thumbnail of a photo or video and return its hash (16 hex digits)."""
    with tempfile.TemporaryDirectory(prefix="mediaparser-") as folder:
        picture = source
        if mime_type.startswith("video/"):
            picture = Path(folder) / "frame.png"
            extract_frame(source, picture, ffmpeg_timeout)
        with Image.open(picture) as opened:
            image = ImageOps.exif_transpose(opened).convert("RGB")
    fingerprint = str(imagehash.phash(image))
    image.thumbnail(_THUMBNAIL_SIZE)
    image.save(target, "JPEG", quality=jpeg_quality)
    return fingerprint


def extract_frame(video: Path, frame: Path, timeout: int) -> None:
    """Write a representative frame of a video with the FFmpeg on PATH."""
    result = subprocess.run(
        [
            "ffmpeg",
            "-nostdin",
            "-v", "error",
            "-y",
            "-i", str(video),
            "-vf", "thumbnail=25",
            "-frames:v", "1",
            str(frame),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    if result.returncode != 0 or not frame.exists():
        reason = result.stderr.decode("utf-8", "replace").strip()
        raise RuntimeError(f"FFmpeg could not read the video. {reason[-300:]}")
