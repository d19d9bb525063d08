"""Recipients, previews, releases, approvals and recalls over HTTP."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from PIL import Image, ImageStat

from data.manifest import check
from data.model import Role, StoreKind, Tlp
from tests.support.served import Served

PARTNER = {"key": "eoc", "name": "State EOC", "clearance": "green", "stores": ["incident", "open"]}


def _administrator(site: Served):
    return site.as_role(Role.ADMINISTRATOR, stores=tuple(StoreKind), clearance=Tlp.RED)


def _partner(site: Served, **more):
    answer = _administrator(site).post("/api/v1/recipients", json=PARTNER | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def _released(site: Served, client=None, **more):
    body = {"what": "incidents", "form": "geojson", "recipient": "eoc", "purpose": "mutual aid"} | more
    answer = (client or site.officer).post("/api/v1/releases", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_preview_shows_both_sides_and_why_something_is_missing(site: Served) -> None:
    _partner(site)
    site.world.incident(title="Bridge out")
    site.world.incident(title="Informant says", scope_id=site.world.scope(tlp=Tlp.AMBER))
    site.refresh()
    body = {"what": "incidents", "form": "csv", "recipient": "eoc"}
    seen = site.officer.post("/api/v1/releases/preview", json=body).json()
    assert (seen["yours"]["total"], seen["theirs"]["total"]) == (2, 1)
    assert [one["title"] for one in seen["theirs"]["items"]] == ["Bridge out"]
    assert [(one["code"], one["total"]) for one in seen["missing"]] == [("marking", 1)]
    assert seen["missing"][0]["items"][0]["title"] == "Informant says"
    assert seen["marking"] == "TLP:GREEN"
    assert site.officer.get("/api/v1/releases").json()["total"] == 0


def test_what_is_released_can_be_fetched_checked_searched_and_called_back(
    site: Served, tmp_path: Path
) -> None:
    _partner(site)
    site.world.incident(title="Bridge out")
    site.refresh()
    made = _released(site)
    assert made["state"] == "released"
    for name, what in (("f", "file"), ("f.manifest.json", "manifest")):
        got = site.officer.get(f"/api/v1/releases/{made['id']}/{what}")
        assert got.status_code == 200
        (tmp_path / name).write_bytes(got.content)
    assert check(tmp_path / "f", tmp_path / "f.manifest.json").problem == ""
    assert json.loads((tmp_path / "f").read_text())["marking"] == "TLP:GREEN"
    assert site.officer.get("/api/v1/releases", params={"q": "MUTUAL eoc"}).json()["total"] == 1
    assert site.officer.get("/api/v1/releases", params={"q": "nothing like it"}).json()["total"] == 0
    called = site.officer.post(f"/api/v1/releases/{made['id']}/recall", json={"reason": "wrong bridge"})
    assert called.json()["state"] == "recalled"
    assert site.officer.get("/api/v1/releases.csv").status_code == 403
    table = site.as_role(Role.SUPERVISOR).get("/api/v1/releases.csv").text
    assert "wrong bridge" in table


def test_a_held_release_needs_a_second_person_and_nothing_changed_meanwhile(site: Served) -> None:
    _partner(site, approval={"above": "green"})
    record = site.world.incident(title="Bridge out")
    site.refresh()
    first, second = site.officer, site.analyst
    held = _released(site)
    assert (held["state"], held["why_held"]) == ("held", "marked TLP:GREEN")
    assert second.get(f"/api/v1/releases/{held['id']}/file").status_code == 403
    assert first.get(f"/api/v1/releases/{held['id']}/held").status_code == 403
    assert "Bridge out" in second.get(f"/api/v1/releases/{held['id']}/held").text
    assert first.post(f"/api/v1/releases/{held['id']}/approve", json={}).status_code == 403
    let_go = second.post(f"/api/v1/releases/{held['id']}/approve", json={"note": "fine"})
    assert let_go.json()["state"] == "released"
    assert second.get(f"/api/v1/releases/{held['id']}/file").status_code == 200
    again = _released(site)
    site.world.store.incidents.update(
        site.world.system, record.id, revision=1, changes={"title": "Bridge open"}
    )
    assert second.post(f"/api/v1/releases/{again['id']}/approve", json={}).status_code == 409
    assert second.post(f"/api/v1/releases/{again['id']}/refuse", json={}).json()["state"] == "refused"
    assert first.get(f"/api/v1/releases/{held['id']}").json()["changed"] == 1


def test_a_third_agency_says_yes_to_one_record_and_no_to_another(site: Served) -> None:
    theirs = site.world.agency("Coast Guard")
    _partner(site)
    scope = site.world.scope(tlp=Tlp.GREEN, agency_id=theirs)
    yes, no = (site.world.incident(title=title, scope_id=scope) for title in ("boat", "buoy"))
    site.refresh()
    body = {"what": "incidents", "form": "csv", "recipient": "eoc"}

    def given() -> list[str]:
        seen = site.officer.post("/api/v1/releases/preview", json=body).json()
        return sorted(one["title"] for one in seen["theirs"]["items"])

    def said(state: str, record=None, client=None) -> int:
        answer = {"agency": theirs, "recipient": "eoc", "state": state}
        incident = {} if record is None else {"incident": str(record.id)}
        return (client or site.officer).post("/api/v1/third-agency", json=answer | incident).status_code

    assert given() == []
    assert said("granted", yes) == 201
    assert given() == ["boat"]
    assert said("granted") == 403
    assert said("granted", client=site.as_role(Role.SUPERVISOR)) == 201
    assert given() == ["boat", "buoy"]
    assert said("denied", no) == 201
    assert given() == ["boat"]
    assert len(_released(site)["id"]) == 36
    assert {one["state"] for one in site.officer.get("/api/v1/third-agency").json()["items"]} == {
        "granted",
        "denied",
    }


def test_a_map_is_entered_in_the_log_before_it_is_printed(site: Served) -> None:
    site.world.incident(title="Bridge out")
    site.refresh()
    made = site.officer.post("/api/v1/export/print", json={"filter": "q=bridge"})
    assert (made.status_code, made.json()["marking"], made.json()["records"]) == (201, "TLP:GREEN", 1)
    assert site.officer.get("/api/v1/releases?q=own+use").json()["items"][0]["what"] == "print"
    viewer = site.as_role(Role.VIEWER)
    assert viewer.post("/api/v1/export/print", json={}).status_code == 403


def test_a_sanitised_version_goes_where_the_original_may_not(site: Served) -> None:
    _partner(site)
    secret = site.world.incident(
        title="Informant Doe saw it", narrative="at 5 Elm", scope_id=site.world.scope(tlp=Tlp.AMBER)
    )
    path = f"/api/v1/incidents/{secret.id}/sanitised"
    body = {"text": "A bridge is watched.", "place": "town", "marking": "green", "revision": 1}
    assert site.officer.put(path, json=body | {"revision": 2}).status_code == 409
    assert site.officer.put(path, json=body).json()["label"] == "TLP:GREEN"
    site.refresh()
    made = _released(site)
    got = site.officer.get(f"/api/v1/releases/{made['id']}/file").text
    assert "A bridge is watched." in got
    assert not [word for word in ("Doe", "Elm", str(secret.id), str(secret.place.lon)) if word in got]
    assert site.officer.get(f"/api/v1/incidents/{secret.id}").json()["title"] == "Informant Doe saw it"
    assert site.officer.delete(path).status_code == 204
    none = site.officer.get(path)
    assert (none.status_code, none.json()) == (200, None)


def test_a_partners_token_reads_what_they_may_have_and_every_hour_is_in_the_log(site: Served) -> None:
    _partner(site)
    shown = site.world.incident(title="Bridge out")
    hidden = site.world.incident(title="Informant", scope_id=site.world.scope(tlp=Tlp.AMBER))
    site.refresh()
    users, partner = site.services.store.users, site.services.store.recipients.get(site.world.system, "eoc")
    analyst = site.world.user(role=Role.ANALYST, stores=tuple(StoreKind), clearance=Tlp.RED)
    token = users.make_bearer(analyst, "feed", recipient_id=partner.id)
    program = site.client(headers={"Authorization": f"Bearer {token}"})
    assert [one["title"] for one in program.get("/api/v1/incidents").json()["items"]] == ["Bridge out"]
    assert program.get("/api/v1/summary").json()["total"] == 1
    assert program.get(f"/api/v1/incidents/{shown.id}").status_code == 200
    assert program.get(f"/api/v1/incidents/{hidden.id}").status_code == 404
    for path in (f"incidents/{shown.id}/comments", f"incidents/{shown.id}/history", "recipients", "sources"):
        assert program.get(f"/api/v1/{path}").status_code == 403, path
    assert program.post("/api/v1/incidents", json={}).status_code == 403
    lines = site.officer.get("/api/v1/releases", params={"recipient": "eoc"}).json()["items"]
    assert [(one["what"], one["form"]) for one in lines] == [("api", "api")]
    _administrator(site).patch("/api/v1/recipients/eoc", json={"ended": True})
    assert program.get("/api/v1/incidents").status_code == 403


def test_what_officers_take_along_is_in_the_log(site: Served) -> None:
    site.world.incident(title="Bridge out")
    site.refresh()
    assert site.officer.get("/api/v1/export/incidents.csv").status_code == 200
    assert site.officer.get("/api/v1/export/hotspots.geojson").status_code == 200
    lines = site.officer.get("/api/v1/releases", params={"recipient": "own"}).json()["items"]
    assert [(one["what"], one["purpose"]) for one in lines] == [
        ("hotspots", "own use"),
        ("incident", "own use"),
    ]
    assert site.officer.get("/api/v1/recipients").json()["total"] == 0


def test_a_photo_leaves_as_it_is_with_what_may_leave_and_blurred_with_a_sanitised_version(
    site: Served,
) -> None:
    _partner(site)
    picture = io.BytesIO()
    face = Image.effect_noise((320, 240), 90).convert("RGB")
    face.save(picture, "JPEG")
    system, store = site.world.system, site.services.store
    user = site.world.actor(clearance=Tlp.AMBER)
    shown = site.world.incident(title="Bridge out")
    secret = site.world.incident(title="Informant", scope_id=site.world.scope(tlp=Tlp.AMBER))
    for one in (shown, secret):
        about = {"name": "a.jpg", "media_type": "image/jpeg", "content": picture.getvalue()}
        store.attachments.add(user, one.id, **about)
    about = {"text": "A man", "place": "left_out", "photo": "blurred", "tlp": Tlp.GREEN, "revision": 1}
    store.sanitised.put(system, secret.id, **about)
    site.refresh()
    made = _released(site, what="photos", form="zip")
    got = zipfile.ZipFile(io.BytesIO(site.officer.get(f"/api/v1/releases/{made['id']}/file").content))
    whole, coarse = sorted((got.read(name) for name in got.namelist()), key=len, reverse=True)
    assert whole == picture.getvalue()
    # What is left of the second varies less from pixel to pixel than a face does.
    assert ImageStat.Stat(Image.open(io.BytesIO(coarse)).convert("L")).stddev[0] < 20
    assert not [name for name in got.namelist() if str(secret.id) in name]
