"""`/call`: the form in which a call for help is taken, light enough for a phone with a bad connection.

A page of its own without the dashboard: HTML from here, one small module, one style sheet. It comes in five
languages, all of which are in the page, so that they can be changed without a network.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from dashboard.places import BUNDLE
from dashboard.services import Services
from dashboard.web.asking import CallTaker
from data.model import Tlp
from data.rescue_records import Hazard

LANGUAGES: Final = ("en", "es", "pt", "ht", "fr")
_RELATIONS: Final = ("self", "family", "friend", "neighbour", "official", "other")
_HOURS: Final = (6, 12, 24, 48, 72, 168)
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

Words = dict[str, str]


def router(services: Services) -> APIRouter:
    """Return the routes of the form and of what keeps it on a phone."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/call")
    def call_form(request: Request, actor: CallTaker) -> Response:
        # Not what only the sender may read: those who respond must see the call.
        tlp = min(actor.clearance, Tlp.AMBER)
        page = call_page(language_of(request), tlp=tlp, exercise=services.settings.exercise)
        return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})

    @routes.get("/call-worker.js")
    def worker(_actor: CallTaker) -> Response:
        # At the root: a worker answers for what lies beside its own address.
        return FileResponse(BUNDLE / "call-worker.js", media_type="text/javascript")

    return routes


def language_of(request: Request) -> str:
    """Return the language that the address asks for, or the first that the browser's owner reads."""
    asked = request.query_params.get("lang", "")
    accepted = request.headers.get("accept-language", "")
    wanted = [asked, *(part.split(";")[0].strip() for part in accepted.split(",")[:20])]
    return next((one[:2].lower() for one in wanted if one[:2].lower() in LANGUAGES), LANGUAGES[0])


@cache
def words() -> dict[str, Words]:
    """Return the words of the form by language."""
    found: dict[str, Words] = json.loads(Path(__file__).with_name("call_words.json").read_text("utf-8"))
    return found


def call_page(language: str, *, tlp: Tlp, exercise: bool) -> str:
    """Return the form as HTML in a language, with the words of all of them beside it."""
    said = words()[language]
    version = _version()
    # In a script element only "</" could end it; json leaves it, so it is taken apart.
    every = json.dumps(words(), ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    banner = '<div class="exercise" role="note">EXERCISE</div>' if exercise else ""
    send = f'<button type="submit" data-word="send">{escape(said["send"])}</button>'
    names = {one: escape(words()[one]["language_name"]) for one in LANGUAGES}
    languages = "".join(
        f'<option value="{one}"{_if(one == language, "selected")}>{name}</option>'
        for one, name in names.items()
    )
    return f"""<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(said["title"])}</title>
<link rel="stylesheet" href="/assets/dist/call.css{version}">
<link rel="icon" href="data:,">
<script type="application/json" id="words">{every}</script>
<script type="module" src="/assets/dist/call.js{version}"></script>
</head><body>{banner}<main>
<header>{_t("h1", "title", said)}<label>{_t("span", "language", said, hidden=True)}
<select id="language" aria-label="{escape(said["language"])}">{languages}</select></label></header>
{_t("p", "intro", said, about="intro")}
<section class="kept" id="kept" hidden>{_t("h2", "waiting", said)}<ul></ul></section>
<form novalidate data-tlp="{tlp.name.lower()}">
{_caller(said)}{_people(said)}{_place(said)}{_danger(said)}{_left(said)}{_more(said)}
<div class="send"><div><p id="state" role="status"></p>{send}</div></div></form>
<template id="person">{_person(said)}</template>
</main></body></html>"""


def _caller(said: Words) -> str:
    relations = _options([("", ""), *((one, f"relation_{one}") for one in _RELATIONS)], said)
    return _group(
        "caller",
        said,
        '<div class="two">',
        _field("name", "caller_name", said, 'autocomplete="off" maxlength="500"'),
        _field("phone", "caller_phone", said, 'type="tel" autocomplete="off" maxlength="500"'),
        "</div>",
        _select("relation", "relation", relations, said),
        _t("p", "caller_place_hint", said, about="hint"),
        _field("caller_place", "caller_place", said, 'maxlength="2000"'),
        _position("use_caller_position", "caller_place", said),
    )


def _people(said: Words) -> str:
    return _group(
        "people",
        said,
        _field(
            "people_count", "people_count", said, 'type="number" inputmode="numeric" min="0" max="100000"'
        ),
        '<div id="people"></div>',
        f'<p><button type="button" class="plain" id="add-person" data-word="add_person">'
        f"{escape(said['add_person'])}</button></p>",
    )


def _person(said: Words) -> str:
    def field(key: str, css: str, more: str, wide: str = "") -> str:
        return f'<label class="field{wide}">{_t("span", key, said)}<input class="{css}" {more}></label>'

    name = field("name", "person-name", 'maxlength="500"')
    age = field("age", "person-age", 'type="number" inputmode="numeric" min="0" max="130"')
    medical = field("person_medical", "person-medical", 'maxlength="2000"', " wide")
    remove = f'<button type="button" class="plain" data-word="remove">{escape(said["remove"])}</button>'
    return f'<div class="person">{name}{age}{medical}<p class="wide">{remove}</p></div>'


def _place(said: Words) -> str:
    return _group(
        "place",
        said,
        _area("place_text", "place_text", said, 2_000),
        _position("use_position", "place_text", said),
    )


def _danger(said: Words) -> str:
    def box(name: str, value: str, key: str) -> str:
        return (
            f'<label class="check"><input type="checkbox" name="{name}" value="{value}">'
            f"{_t('span', key, said)}</label>"
        )

    hazards = "".join(box("hazard", one.value, f"hazard_{one.value}") for one in Hazard)
    return _group("danger", said, box("trapped", "yes", "trapped"), f'<div class="checks">{hazards}</div>')


def _left(said: Words) -> str:
    choices = [("", "unknown"), ("0", "none_left"), *_durations("hours", "days")]
    selects = [_select(one, one, _options(choices, said), said) for one in ("water", "food", "power")]
    return _group("left", said, '<div class="three">', *selects, "</div>")


def _more(said: Words) -> str:
    ago = _options([("", "unknown"), ("0", "now"), *_durations("ago_hours", "ago_days")], said)
    return _group(
        "more",
        said,
        _area("story", "story", said, 50_000),
        _select("last_contact", "last_contact", ago, said),
        _area("medical", "medical", said, 2_000),
        _field("contact_windows", "contact_windows", said, 'maxlength="500"'),
        _field("pets", "pets", said, 'maxlength="500"'),
    )


def _durations(hours: str, days: str) -> list[tuple[str, str]]:
    return [(str(one), f"{hours}:{one}" if one < 24 else f"{days}:{one // 24}") for one in _HOURS]


def _options(choices: Iterable[tuple[str, str]], said: Words) -> str:
    made = []
    for value, key in choices:
        word, _, number = key.partition(":")
        text = escape(said.get(word, "").replace("{n}", number))
        told = f' data-word="{word}" data-n="{number}"' if word else ""
        made.append(f'<option value="{value}"{told}>{text}</option>')
    return "".join(made)


def _group(key: str, said: Words, *inside: str) -> str:
    return f"<fieldset>{_t('legend', key, said)}{''.join(inside)}</fieldset>\n"


def _field(key: str, name: str, said: Words, more: str) -> str:
    return f'<label class="field">{_t("span", key, said)}<input name="{name}" {more}></label>'


def _area(key: str, name: str, said: Words, most: int) -> str:
    area = f'<textarea name="{name}" maxlength="{most}"></textarea>'
    return f'<label class="field">{_t("span", key, said)}{area}</label>'


def _select(key: str, name: str, options: str, said: Words) -> str:
    return f'<label class="field">{_t("span", key, said)}<select name="{name}">{options}</select></label>'


def _position(key: str, field: str, said: Words) -> str:
    button = f'<button type="button" class="plain" data-for="{field}" data-word="{key}">'
    return f'<div class="position">{button}{escape(said[key])}</button><output></output></div>'


def _t(tag: str, key: str, said: Words, *, about: str = "", hidden: bool = False) -> str:
    css = f' class="{about}"' if about else ""
    return f'<{tag}{css} data-word="{key}"{_if(hidden, "hidden")}>{escape(said[key])}</{tag}>'


def _if(wanted: bool, attribute: str) -> str:
    return f" {attribute}" if wanted else ""


@cache
def _version() -> str:
    """Return what makes the addresses new when module or style are: browsers keep them for long."""
    digest = hashlib.sha256(b"".join((BUNDLE / name).read_bytes() for name in ("call.js", "call.css")))
    return f"?v={digest.hexdigest()[:12]}"
