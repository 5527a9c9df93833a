"""Settings, read once from the environment and from .env."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from dotenv import load_dotenv

ROOT = Path(__file__).resolve().parent

load_dotenv(ROOT / ".env")


def _text(name: str, default: str = "") -> str:
    return os.environ.get(name) or default


def _integer(name: str, default: int) -> int:
    return int(_text(name, str(default)))


def _number(name: str, default: float) -> float:
    return float(_text(name, str(default)))


@dataclass(frozen=True)
class Settings:
    """Everything that can be set from outside; each field has one variable."""

    secret_key: str = _text("SECRET_KEY")
    environment: str = _text("FLASK_ENV", "production")
    exiftool_path: str = _text("EXIFTOOL_PATH")
    workers: int = _integer("HUEY_WORKERS", 2)
    max_upload_mb: int = _integer("MAX_UPLOAD_MB", 500)
    error_threshold: float = _number("ERROR_THRESHOLD", 0.5)
    min_valid_year: int = _integer("MIN_VALID_YEAR", 1990)
    ffmpeg_timeout: int = _integer("FFMPEG_TIMEOUT", 60)
    jpeg_quality: int = _integer("JPEG_QUALITY", 85)
    exact_threshold: int = _integer("EXACT_THRESHOLD", 2)
    similar_threshold: int = _integer("SIMILAR_THRESHOLD", 10)
    sqlite_busy_timeout_ms: int = _integer("SQLITE_BUSY_TIMEOUT_MS", 5000)
    root: Path = ROOT

    @property
    def instance(self) -> Path:
        """The database's folder."""
        return self.root / "instance"

    @property
    def database(self) -> Path:
        """The app's database."""
        return self.instance / "mediaparser.db"

    @property
    def originals(self) -> Path:
        """The uploaded files."""
        return self.root / "storage" / "originals"

    @property
    def thumbnails(self) -> Path:
        """One JPEG per item."""
        return self.root / "storage" / "thumbnails"

    def require_secret_key(self) -> str:
        """Return the key that signs sessions; development may do without."""
        if self.secret_key:
            return self.secret_key
        if self.environment == "development":
            return "development-only"
        raise RuntimeError("SECRET_KEY is not set. Copy .env.example to .env.")
