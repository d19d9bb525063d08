"""`watchfloor demo`: an exercise on this machine alone, living map included."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli.output import json_option, say
from data.clock import from_ms
from data.errors import Conflict, Invalid, NotFound
from data.settings import Settings

if TYPE_CHECKING:
    from data.demo import Scenario, Seeded
    from data.store import Store

HOST = "127.0.0.1"
# An exercise that was seeded longer ago is made anew: its storm would be over.
_FRESH = timedelta(hours=6)


@click.command()
@click.option(
    "--port", default=8050, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
@click.option("--scenario", "key", default="", help="Name of the exercise; an unknown one lists them all.")
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder of the demo stores.  [default: ~/.watchfloor-demo]",
)
@click.option("--fresh", is_flag=True, help="Make the exercise anew, even if there is one.")
@json_option
def demo(port: int, key: str, home: Path | None, fresh: bool, as_json: bool) -> None:
    """Run an exercise with made-up incidents, and print a link that signs in once.

    Listens on this machine alone, and touches nothing but its own folder.
    """
    import uvicorn

    from dashboard.cli.serve import server_options
    from dashboard.server import create_app

    scenario = _chosen(key)
    settings = _settings(scenario, home or Path.home() / ".watchfloor-demo")
    seeded = _prepare(settings, scenario, fresh=fresh, quiet=as_json)
    app = create_app(settings)
    store = app.state.services.store
    server = uvicorn.Server(
        uvicorn.Config(app, host=HOST, port=port, **{**server_options(), "log_level": "warning"})  # type: ignore[arg-type]
    )
    ready = threading.Event()

    def greet() -> None:
        while not (server.started and app.state.readiness.ready):
            if ready.wait(0.05):
                return
        _greet(store, scenario, f"http://{HOST}:{port}", seeded=seeded, as_json=as_json)

    with _beside(greet, stop=ready), _arriving(store, scenario):
        server.run()


def _chosen(key: str) -> Scenario:
    from data.demo import DEFAULT, scenarios

    known = scenarios()
    if key and key not in known:
        lines = "\n".join(f"{name}: {scenario.title}" for name, scenario in known.items())
        raise Invalid(f"There is no scenario {key!r}.", hint=lines)
    return known[key or DEFAULT]


def _settings(scenario: Scenario, home: Path) -> Settings:
    # Given by name, so that nothing in the environment can point the demo at a real store.
    return Settings(
        home=home / scenario.key,
        database_url="",
        exercise=True,
        center_name=f"EXERCISE {scenario.title}",
        timezone=scenario.timezone,
    )


def _prepare(settings: Settings, scenario: Scenario, *, fresh: bool, quiet: bool) -> Seeded | None:
    """Fill the demo's store, unless it holds a fresh exercise already."""
    from data.store import HOME_AGENCY, open_store

    if settings.home.exists() and (fresh or not _still_good(settings)):
        _remove(settings)
    if settings.home.exists():
        return None
    if not quiet:
        click.echo(f"Making the exercise “{scenario.title}” …")
    store = open_store(settings)
    try:
        seeded = scenario.seed(store)
        agencies = {agency.short_name: agency.id for agency in store.agencies.all()}
        agencies |= {agency.name: agency.id for agency in store.agencies.all()}
        for plan in scenario.users:
            store.users.add(
                store.system_actor(),
                plan.name,
                role=plan.role,
                agency_id=agencies[plan.agency] if plan.agency else HOME_AGENCY,
                display_name=plan.display_name,
                clearance=plan.clearance,
                stores=plan.stores,
            )
        _watch(settings, store, scenario)
    except BaseException:
        store.close()
        _remove(settings)
        raise
    store.close()
    return seeded


def _watch(settings: Settings, store: Store, scenario: Scenario) -> None:
    """Let the first of the users have what the scenario has on watch, alerts of the last hours included."""
    from dashboard.alerting.rehearse import rehearse
    from dashboard.services import Services
    from data.mirror import Mirror

    if scenario.watches:
        services = Services(settings=settings, store=store, mirror=Mirror(store), clock=store.clock)
        first = store.users.find(scenario.users[0].name).id
        officer = next(one for one in store.watch_areas.people() if one.user_id == first)
        rehearse(services, officer, scenario.watches)


def _still_good(settings: Settings) -> bool:
    """Return whether the folder holds a whole exercise that began a few hours ago at most."""
    from data.store import open_store

    if not (settings.home / "watchfloor.db").is_file():
        return False
    store = open_store(settings)
    try:
        began = store.fact("scenario_now_ms")
        return (
            began is not None
            and abs(store.clock.now() - from_ms(int(began))) < _FRESH
            and bool(store.users.all(store.system_actor()))
        )
    finally:
        store.close()


def _remove(settings: Settings) -> None:
    """Remove the demo's own folder; raise Conflict where something else lies in it."""
    ours = {
        "watchfloor.db",
        "watchfloor.db-wal",
        "watchfloor.db-shm",
        "keys",
        "uploads",
        "server.log",
        "running",
    }
    strange = [entry.name for entry in settings.home.iterdir() if entry.name not in ours]
    if strange:
        raise Conflict(
            f"{settings.home} holds more than a demo: {', '.join(strange[:5])}.",
            hint="Give another folder with --home.",
        )
    shutil.rmtree(settings.home)


def _greet(store: Store, scenario: Scenario, address: str, *, seeded: Seeded | None, as_json: bool) -> None:
    links = {
        plan.name: f"{address}/link/{store.users.make_link(store.users.find(plan.name).id)}"
        for plan in scenario.users
    }
    first = next(iter(links))
    others = [f"  as {name:<20} {link}" for name, link in links.items() if name != first]
    made = f"{seeded.incidents:,} incidents, {seeded.sites:,} sites. " if seeded else ""
    lines = [
        "",
        f"{scenario.title}. {made}New incidents keep arriving. All of it is an EXERCISE.",
        "",
        f"Open this once, within 15 minutes:  {links[first]}",
        *(["", "Or see what others see:", *others] if others else []),
        "",
        "Ctrl+C ends it.",
    ]
    result = {"address": address, "scenario": scenario.key, "link": links[first], "links": links}
    say(result, as_json=as_json, text="\n".join(lines))


@contextmanager
def _beside(work: object, *, stop: threading.Event) -> Iterator[None]:
    thread = threading.Thread(target=work, name="greeting", daemon=True)  # type: ignore[arg-type]
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)


@contextmanager
def _arriving(store: Store, scenario: Scenario) -> Iterator[None]:
    """Let new incidents arrive for as long as the block lasts, each when it is due."""
    ended = threading.Event()

    def arrive() -> None:
        actor = store.system_actor()
        for new in scenario.arrivals(store):
            due = new.reported or new.occurred
            if ended.wait(max(0.0, (due - store.clock.now()).total_seconds())):
                return
            try:
                store.incidents.add(actor, new)
            except (Conflict, NotFound):
                continue  # it came in before the demo was stopped and started again

    thread = threading.Thread(target=arrive, name="arrivals", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=5)


commands = [demo]
