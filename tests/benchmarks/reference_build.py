"""The plain way to build the bundle, which the real build is measured against.

Unpacks the wheels, Python, FFmpeg and ExifTool into a folder, copies the app
beside them, and writes the folder with ``zipfile``. It makes no launcher,
checks no hash and leaves nothing out. Downloads are taken from the build's own
cache, so that both start from the same files.

Usage: reference_build.py CACHE APP ZIP
"""

from __future__ import annotations

import io
import json
import shutil
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path


def unpack_wheels(downloads: Path, site_packages: Path) -> None:
    """Unpack every wheel as ``pip install --target`` would lay it out."""
    for wheel in sorted((downloads / "wheels").glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site_packages)


def open_archive(path: Path, inner: str | None) -> zipfile.ZipFile:
    """Open a zip, or the zip inside a tarball."""
    if inner is None:
        return zipfile.ZipFile(path)
    with tarfile.open(path) as tarball:
        member = tarball.extractfile(inner)
        assert member is not None
        return zipfile.ZipFile(io.BytesIO(member.read()))


def unpack_python(path: Path, source: dict[str, str], target: Path) -> None:
    """Unpack the embeddable Python, and its library beside it."""
    root = source["root"]
    with open_archive(path, source.get("inner")) as archive:
        for name in archive.namelist():
            if not name.startswith(root) or name.endswith("/"):
                continue
            place = target / name[len(root) :]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(archive.read(name))
    library = target / "python312.zip"
    with zipfile.ZipFile(library) as archive:
        archive.extractall(target / "python312")
    library.unlink()


def unpack_ffmpeg(path: Path, source: dict[str, str], target: Path) -> None:
    """Unpack ffmpeg.exe."""
    target.mkdir(parents=True)
    with zipfile.ZipFile(path) as archive:
        name = source["root"] + source["program"]
        (target / "ffmpeg.exe").write_bytes(archive.read(name))


def unpack_exiftool(path: Path, source: dict[str, str], target: Path) -> None:
    """Unpack ExifTool and the files beside it."""
    root = source["root"]
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.startswith(root)]
            files = {name: archive.read(name) for name in names if name[-1] != "/"}
    else:
        with tarfile.open(path) as tarball:
            files = {
                member.name: tarball.extractfile(member).read()
                for member in tarball
                if member.isfile() and member.name.startswith(root)
            }
    for name, data in files.items():
        place = target / name[len(root) :]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def write_zip(folder: Path, path: Path) -> None:
    """Write a folder as a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder))


def main() -> None:
    """Build the zip."""
    cache, app, result = (Path(argument) for argument in sys.argv[1:])
    downloads = cache / "downloads"
    here = Path(__file__).resolve().parent
    components = json.loads(
        (here.parents[1] / "build" / "components.json").read_text("utf-8")
    )["components"]
    with tempfile.TemporaryDirectory(dir=result.parent) as temporary:
        top = Path(temporary) / "MediaParser"
        tools = top / "tools"
        shutil.copytree(
            app,
            top,
            ignore=shutil.ignore_patterns(
                "tests", "__pycache__", "instance", "storage", "logs", ".env"
            ),
        )
        unpack = {
            "python": unpack_python,
            "ffmpeg": unpack_ffmpeg,
            "exiftool": unpack_exiftool,
        }
        for name, unpack_component in unpack.items():
            source = next(
                source
                for source in components[name]["sources"]
                if (downloads / name / source["file"]).exists()
            )
            path = downloads / name / source["file"]
            unpack_component(path, source, tools / name)
        unpack_wheels(downloads, tools / "python" / "Lib" / "site-packages")
        write_zip(Path(temporary), result)


if __name__ == "__main__":
    main()
