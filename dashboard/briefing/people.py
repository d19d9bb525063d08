"""Pages about people in need and the search for them; alerts that wait."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.briefing.desk import Desk, Draft, behind
from data.access import Permission
from data.alert_records import Alert, AlertState
from data.brief_records import BriefFigure
from data.rescue_records import Household
from layers.briefs import words
from layers.briefs.document import Table
from layers.briefs.picture import mark_of, spot
from layers.rescue.priority import standings as ranked
from layers.rescue.unaccounted import unaccounted

_MOST = 10


def unaccounted_people(desk: Desk) -> Draft | None:
    """Return how many people are unaccounted for, as a range, and who needs help first."""
    if desk.smallest or not desk.actor.may(Permission.RESPOND):
        return None
    every = desk.services.store.households.all(desk.actor)
    # Without who is cut off: that would tell of roads and closures that have markings of their own.
    standings = ranked(every, now=desk.end)
    likely = [(one.a.id, one.b.id) for one in desk.board.suggestions(every)]
    found = unaccounted(every, likely)
    waiting = [one for one in standings if one.household.open]
    rows = tuple(
        (
            one.household.number,
            f"{one.household.people_count:,}",
            one.household.status.value.capitalize(),
            "; ".join(one.reasons[:2]),
        )
        for one in waiting[:_MOST]
    )
    people = [one.household for one in waiting]
    return Draft(
        kind="people",
        headline=f"{words.many(found.people, 'person', 'people')} unaccounted for ({found.low:,} to "
        f"{found.high:,}).",
        lines=(
            f"{words.many(found.households, 'household')}; "
            f"{words.many(found.unverified_calls, 'call')} nobody has verified; "
            f"{found.possible_duplicates:,} may be doubled.",
        ),
        what="Calls for help and what became of them",
        scopes=_scopes(people),
        table=Table(
            title="Who needs help first",
            columns=("Household", "People", "Status", "Why"),
            rows=rows,
            numeric=(1,),
        ),
        figures=(
            BriefFigure(
                key="unaccounted",
                label="people unaccounted for",
                value=found.people,
                unit="people",
                query="",
                at=desk.end,
                behind=behind("household", people),
            ),
        ),
        view={"piece": "people"},
    )


def household_page(desk: Desk, one: Household) -> Draft:
    """Return a page about one household, by its number: names stay in the house."""
    where = one.whereabouts
    facts = (
        ("People", f"{one.people_count:,}"),
        ("Status", one.status.value.capitalize()),
        ("Place", "not known" if where is None else f"within {where.accuracy_m or 0:,.0f} m"),
        ("Calls", f"{len(one.calls):,}"),
        ("Last contact", "none" if one.contact_at is None else words.when(one.contact_at, desk.zone)),
    )
    return Draft(
        kind="household",
        headline=f"Household {one.number}: {words.many(one.people_count, 'person', 'people')}, "
        f"{one.status.value}.",
        what="Calls for help",
        scopes=frozenset({one.scope.id}),
        table=Table(title="What is known", columns=("", ""), rows=facts),
        figures=(
            BriefFigure(
                key="household",
                label=f"people of household {one.number}",
                value=one.people_count,
                unit="people",
                query="",
                at=desk.end,
                behind=behind("household", [one]),
            ),
        ),
        view={"piece": "household", "id": str(one.id)},
    )


def tasks(desk: Desk) -> Draft | None:
    """Return what those who search are doing."""
    if desk.smallest or not desk.actor.may(Permission.RESPOND):
        return None
    store = desk.services.store
    every = store.tasks.all(desk.actor)
    board = store.resources.all(desk.actor)
    names = {one.id: one.name for one in board}
    homes = {one.id: one.number for one in store.households.all(desk.actor)}
    rows = tuple(
        (
            "not known" if one.resource_id is None else names.get(one.resource_id, "not known"),
            "ground" if one.household_id is None else homes.get(one.household_id, "a household"),
            one.status.value.capitalize(),
            "" if one.result is None else str(one.result.get("outcome", "")).replace("_", " "),
        )
        for one in every[-_MOST * 2 :]
    )
    done = sum(one.status.value == "done" for one in every)
    return Draft(
        kind="tasks",
        headline=f"{words.many(len(every), 'task')} given, {done:,} done.",
        what="Tasks of the adopted plans",
        scopes=frozenset().union(*(one.scopes for one in every), (one.scope.id for one in board)),
        table=Table(title="Tasks", columns=("Who", "For", "Status", "Result"), rows=rows),
        view={"piece": "tasks"},
    )


def resources(desk: Desk) -> Draft | None:
    """Return the resource board."""
    if desk.smallest or not desk.actor.may(Permission.RESPOND):
        return None
    every = desk.services.store.resources.all(desk.actor)
    mine = {one.id for one in desk.services.store.tasks.all(desk.actor)}
    rows = tuple(
        (
            one.name,
            one.kind.capitalize(),
            one.status_for(mine).value.replace("_", " ").capitalize(),
            str(one.about["base"].get("name", "")),
        )
        for one in every
    )
    free = sum(one.status_for(mine).value == "available" for one in every)
    return Draft(
        kind="resources",
        headline=f"{words.many(len(every), 'resource')}, {free:,} available.",
        what="Resource board",
        scopes=frozenset(one.scope.id for one in every),
        table=Table(title="Resources", columns=("Resource", "Kind", "Status", "Base"), rows=rows),
        view={"piece": "resources"},
    )


def alerts(desk: Desk) -> Draft | None:
    """Return the alerts that wait for somebody."""
    if desk.smallest:
        return None
    states = (AlertState.OPEN, AlertState.ESCALATED)
    found, _ = desk.services.store.alerts.page(desk.actor, states=states, limit=50)
    rows = tuple(
        (
            words.when(one.at, desk.zone).split(" (")[0],
            one.watch_area_name,
            one.reason,
            one.severity.name.capitalize(),
        )
        for one in found[:_MOST]
    )
    return Draft(
        kind="alerts",
        headline=words.many(len(found), "alert waits", "alerts wait") + " to be acknowledged."
        if found
        else "No alert waits to be acknowledged.",
        what="Watch areas",
        scopes=frozenset().union(*(one.scopes for one in found)) if found else frozenset(),
        table=Table(title="Alerts", columns=("When", "Watch area", "Why", "Severity"), rows=rows),
        view={"piece": "alerts"},
    )


def alert_page(desk: Desk, one: Alert) -> Draft:
    """Return a page about one alert, with the incidents that it is made of."""
    found = desk.services.store.incidents.by_seq(desk.actor, list(one.incidents))
    rows = tuple(
        (words.when(each.occurred, desk.zone).split(" (")[0], each.title, each.address) for each in found
    )
    return Draft(
        kind="alert",
        headline=f"{one.watch_area_name}: {one.reason}",
        what=f"Alert of {words.when(one.at, desk.zone)}",
        scopes=frozenset(one.scopes) | frozenset(each.scope.id for each in found),
        map=spot([mark for each in found for mark in mark_of(each)], title="Where it is", at=desk.end),
        table=Table(title="Reports behind it", columns=("When", "What", "Where"), rows=rows[:_MOST]),
        figures=(
            BriefFigure(
                key="alert",
                label="reports behind the alert",
                value=one.count,
                unit="reports",
                query="",
                at=desk.end,
                behind=behind("incident", found),
            ),
        ),
        view={"piece": "alert", "id": str(one.id)},
    )


def _scopes(households: Iterable[Household]) -> frozenset[int]:
    return frozenset(one.scope.id for one in households)
