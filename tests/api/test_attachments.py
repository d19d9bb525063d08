from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from dashboard.web import thumbnails
from dashboard.web.pictures import clean
from data.errors import UnreadableFile
from data.model import StoreKind, Tlp
from tests.support.served import Served, a_report

INCIDENTS = "/api/v1/incidents"


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def a_jpeg(*, turned: int = 1) -> bytes:
    """Return the skeleton of a JPEG as a phone writes it: with a place, a name and a thumbnail."""
    ifd = struct.pack("<H", 1) + struct.pack("<HHIHH", 0x0112, 3, 1, turned, 0) + b"\0" * 4
    exif = b"Exif\0\0" + b"II\x2a\0" + struct.pack("<I", 8) + ifd + b"GPS 42.36 -71.06 SERIAL 4711"
    scan = _segment(0xDA, b"\x01\x01\0\0\x3f\0") + b"\x12\x34\xff\x00\x56"
    parts = [
        _segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"),
        _segment(0xE1, exif),
        _segment(0xFE, b"by Amy"),
    ]
    return (
        b"\xff\xd8" + b"".join(parts) + _segment(0xDB, b"\0" * 65) + scan + b"\xff\xd9" + b"trailing secret"
    )


def a_png() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    text = chunk(b"tEXt", b"Location\x0042.36 -71.06") + chunk(b"eXIf", b"II*\0 SERIAL 4711")
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + text
        + chunk(b"IDAT", zlib.compress(b"\0\1\2\3"))
        + chunk(b"IEND", b"")
        + b"trailing secret"
    )


@pytest.mark.parametrize("content", [a_jpeg(), a_png(), a_jpeg(turned=6)])
def test_what_the_camera_wrote_beside_the_picture_is_gone(content: bytes) -> None:
    cleaned = clean(content).content
    for secret in (b"GPS", b"SERIAL", b"42.36", b"Amy", b"trailing"):
        assert secret not in cleaned
    assert clean(cleaned).content == cleaned


def test_a_picture_stays_turned_as_it_was() -> None:
    assert struct.pack(">HHIH", 0x0112, 3, 1, 6) in clean(a_jpeg(turned=6)).content
    assert b"Exif" not in clean(a_jpeg(turned=1)).content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<svg onload=alert(1)>",
        b"<html><script>alert(1)</script>",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0\x00\x01",
        a_jpeg()[:80],
        a_jpeg()[:-20],
        a_png()[:40],
        a_png().replace(b"\0\0\0\1", b"\0\0\0\2", 1),
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 100,
        b"PK\x03\x04",
    ],
)
def test_what_is_no_whole_picture_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        clean(content)


def test_every_cut_of_a_picture_is_refused_and_none_breaks_the_reader() -> None:
    for whole in (a_jpeg(), a_png()):
        for length in range(len(whole) - len(b"trailing secret")):
            with pytest.raises(UnreadableFile):
                clean(whole[:length])


def test_a_photo_is_kept_and_comes_back_as_a_download(site: Served) -> None:
    made = site.officer.post(INCIDENTS, json=a_report(site.world)).json()
    path = f"{INCIDENTS}/{made['id']}/attachments"
    sent = site.officer.post(path, files={"file": ("../../etc/<b>.html", a_jpeg(), "text/html")})
    assert sent.status_code == 201
    [kept] = sent.json()["items"]
    assert (kept["name"], kept["media_type"]) == ("<b>.html", "image/jpeg")
    back = site.officer.get(f"{path}/{kept['id']}")
    assert back.content == clean(a_jpeg()).content
    assert back.headers["content-type"] == "image/jpeg"
    assert back.headers["content-disposition"] == f'attachment; filename="{kept["id"]}.jpg"'
    assert back.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in back.headers["content-security-policy"]


def test_a_page_named_as_a_photo_is_refused(site: Served) -> None:
    made = site.officer.post(INCIDENTS, json=a_report(site.world)).json()
    path = f"{INCIDENTS}/{made['id']}/attachments"
    answer = site.officer.post(path, files={"file": ("a.jpg", b"<script>alert(1)</script>", "image/jpeg")})
    assert answer.status_code == 400
    assert site.officer.get(path).json()["items"] == []


def test_a_photo_over_its_limit_is_refused(site: Served) -> None:
    made = site.officer.post(INCIDENTS, json=a_report(site.world)).json()
    path = f"{INCIDENTS}/{made['id']}/attachments"
    answer = site.officer.post(
        path, files={"file": ("a.jpg", b"\xff\xd8\xff" + b"x" * 13_000_000, "image/jpeg")}
    )
    assert answer.status_code == 413


def test_the_photo_of_a_hidden_report_is_as_hidden(site: Served) -> None:
    secret = site.world.incident(scope_id=site.world.scope(StoreKind.SAR, Tlp.GREEN))
    path = f"{INCIDENTS}/{secret.id}/attachments"
    sent = site.analyst.post(path, files={"file": ("a.png", a_png(), "image/png")})
    [kept] = sent.json()["items"]
    assert site.analyst.get(f"{path}/{kept['id']}").status_code == 200
    assert site.officer.get(f"{path}/{kept['id']}").status_code == 404
    assert site.officer.post(path, files={"file": ("a.png", a_png(), "image/png")}).status_code == 404


def a_photo(width: int = 800, height: int = 400, *, form: str = "JPEG", turned: int = 1) -> bytes:
    """Return a real photo, red on the left and blue on the right, with the place it was taken at."""
    picture = Image.new("RGB", (width, height), "blue")
    picture.paste("red", (0, 0, width // 2, height))
    about = Image.Exif()
    about[0x0112] = turned
    about[0x010E] = "SERIAL 4711"
    about.get_ifd(0x8825)[2] = (42.0, 21.0, 36.0)
    out = io.BytesIO()
    picture.save(out, form, exif=about)
    return out.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_thumbnail_is_small_written_anew_and_says_nothing_but_the_picture(form: str) -> None:
    for content in (a_photo(form=form), clean(a_photo(form=form)).content):
        small = thumbnails.thumbnail(content)
        assert b"4711" not in small
        assert b"Exif" not in small
        with Image.open(io.BytesIO(small)) as picture:
            assert (picture.format, picture.size) == ("JPEG", (320, 160))
            assert not picture.getexif()
            red, _, blue = picture.convert("RGB").getpixel((20, 80))
            assert (red > 200, blue < 60) == (True, True)


def test_a_thumbnail_stands_as_the_photo_was_turned() -> None:
    small = thumbnails.thumbnail(clean(a_photo(turned=6)).content)
    with Image.open(io.BytesIO(small)) as picture:
        assert picture.size == (160, 320)
        red, _, blue = picture.convert("RGB").getpixel((80, 20))  # a quarter turn: left is on top
        assert (red > 200, blue < 60) == (True, True)


def test_a_picture_that_bursts_is_not_decoded() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = a_png().replace(struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0), header)
    at = bomb.index(b"IHDR")
    bomb = bomb[: at + 17] + struct.pack(">I", zlib.crc32(bomb[at : at + 17])) + bomb[at + 21 :]
    for content in (bomb, a_jpeg(), b"", b"GIF89a", a_photo()[:300]):
        with pytest.raises(UnreadableFile):
            thumbnails.thumbnail(content)


def test_a_thumbnail_is_for_whoever_may_see_the_report_alone(site: Served) -> None:
    secret = site.world.incident(scope_id=site.world.scope(StoreKind.SAR, Tlp.GREEN))
    path = f"{INCIDENTS}/{secret.id}/attachments"
    sent = site.analyst.post(path, files={"file": ("a.jpg", a_photo(), "image/jpeg")})
    [kept] = sent.json()["items"]
    small = site.analyst.get(f"{path}/{kept['id']}/thumbnail")
    assert (small.status_code, small.headers["content-type"]) == (200, "image/jpeg")
    assert "sandbox" in small.headers["content-security-policy"]
    assert site.officer.get(f"{path}/{kept['id']}/thumbnail").status_code == 404
    other = site.world.incident()
    assert site.analyst.get(f"{INCIDENTS}/{other.id}/attachments/{kept['id']}/thumbnail").status_code == 404


def test_a_photo_that_cannot_be_made_small_is_told_so_and_kept(site: Served) -> None:
    made = site.officer.post(INCIDENTS, json=a_report(site.world)).json()
    path = f"{INCIDENTS}/{made['id']}/attachments"
    [kept] = site.officer.post(path, files={"file": ("a.jpg", a_jpeg(), "image/jpeg")}).json()["items"]
    assert site.officer.get(f"{path}/{kept['id']}/thumbnail").status_code == 400
    assert site.officer.get(f"{path}/{kept['id']}").status_code == 200
