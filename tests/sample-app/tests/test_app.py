"""Photos and videos through the whole app, with the real tools."""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image, ImageDraw


def photo(camera: str = "Test", taken: str = "2024:05:06 07:08:09") -> bytes:
    """Return a JPEG with EXIF."""
    image = Image.new("RGB", (320, 240), "teal")
    ImageDraw.Draw(image).ellipse((60, 40, 240, 200), fill="gold")
    exif = Image.Exif()
    exif[0x010F] = camera
    exif.get_ifd(0x8769)[0x9003] = taken
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def send(client: FlaskClient, **files: bytes) -> list[dict]:
    """Upload files and return what became of them."""
    answer = client.post(
        "/api/upload",
        data={
            "files": [
                (io.BytesIO(data), name.replace("_", "."))
                for name, data in files.items()
            ]
        },
    )
    assert answer.status_code == 202
    return [
        client.get(f"/api/items/{item['id']}").get_json()
        for item in answer.get_json()["items"]
    ]


def test_photo_is_read_hashed_and_shown(client: FlaskClient) -> None:
    [item] = send(client, a_jpg=photo("Camera One"))
    assert item["status"] == "done", item["error"]
    assert item["mime_type"] == "image/jpeg"
    assert item["taken_at"] == "2024-05-06T07:08:09"
    assert item["camera"] == "Camera One"
    assert len(item["phash"]) == 16
    assert client.get(item["thumbnail"]).data[:2] == b"\xff\xd8"
    assert b"Camera One" in client.get("/").data


def test_same_picture_is_an_exact_duplicate(client: FlaskClient) -> None:
    first, second = send(client, b_jpg=photo("X"), c_jpg=photo("Y"))
    assert {"id": first["id"], "kind": "exact", "distance": 0} in second["duplicates"]


def test_impossible_date_is_not_believed(client: FlaskClient) -> None:
    [item] = send(client, d_jpg=photo(taken="1970:01:01 00:00:00"))
    assert item["status"] == "done"
    assert item["taken_at"] is None


def test_video_gets_a_thumbnail(client: FlaskClient, tmp_path: Path) -> None:
    video = tmp_path / "v.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=d=1:r=5", video],
        check=True,
    )
    [item] = send(client, v_mp4=video.read_bytes())
    assert item["status"] == "done", item["error"]
    assert item["mime_type"] == "video/mp4"
    assert client.get(item["thumbnail"]).status_code == 200


def test_text_is_refused_and_the_rest_goes_on(client: FlaskClient) -> None:
    bad, good = send(client, notes_txt=b"hello", e_jpg=photo())
    assert bad["status"] == "failed"
    assert "text/plain" in bad["error"]
    assert good["status"] == "done"


def test_upload_stops_when_too_many_files_fail(client: FlaskClient) -> None:
    items = send(client, one_txt=b"1", two_txt=b"2", three_txt=b"3")
    assert [item["status"] for item in items] == ["failed", "failed", "skipped"]


def test_worker_health_follows_the_process(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIAPARSER_WORKER_PID", str(os.getpid()))
    assert client.get("/api/worker-health").get_json() == {"worker_alive": True}
    child = subprocess.Popen(["ffmpeg", "-version"], stdout=subprocess.DEVNULL)
    child.wait()
    monkeypatch.setenv("MEDIAPARSER_WORKER_PID", str(child.pid))
    answer = client.get("/api/worker-health")
    assert answer.status_code == 503
    assert answer.get_json() == {"worker_alive": False}


def test_empty_upload_is_refused(client: FlaskClient) -> None:
    assert client.post("/api/upload").status_code == 400
