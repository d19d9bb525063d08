"""`watchfloor init` and `watchfloor users …`: who may sign in."""

from __future__ import annotations

import sys

import click

from dashboard.cli.opened import opened_store
from dashboard.cli.output import json_option, say
from data.errors import Conflict, Invalid
from data.model import Role, StoreKind, Tlp
from data.reference.load import load_areas
from data.release import generalises
from data.store import HOME_AGENCY, Store

DEFAULT_ADDRESS = "http://127.0.0.1:8050"

_role = click.option(
    "--role", type=click.Choice([role.value for role in Role]), default=Role.VIEWER.value, show_default=True
)
_clearance = click.option(
    "--clearance",
    type=click.Choice([tlp.name.lower() for tlp in Tlp]),
    default="amber",
    show_default=True,
    help="Highest marking that this person may see.",
)
_stores = click.option(
    "--store",
    "stores",
    type=click.Choice([kind.value for kind in StoreKind]),
    multiple=True,
    default=["incident", "open"],
    show_default=True,
    help="A store that this person may see; give it once for each.",
)
_password = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking."
)
_link = click.option("--link", is_flag=True, help="Set no password; print a link that signs in once.")
_address = click.option(
    "--address", default=DEFAULT_ADDRESS, show_default=True, help="Address of the server, for links."
)


@click.command()
@click.option("--name", default="admin", show_default=True, help="Name of the first administrator.")
@_password
@_link
@_address
@json_option
def init(name: str, password_stdin: bool, link: bool, address: str, as_json: bool) -> None:
    """Make the store and its first administrator. There is no default password."""
    with opened_store() as store:
        system = store.system_actor()
        if any(user.role is Role.ADMINISTRATOR and not user.disabled for user in store.users.all(system)):
            raise Conflict("There is an administrator already.", hint="watchfloor users add NAME --role …")
        user_id = store.users.add(
            system,
            name,
            role=Role.ADMINISTRATOR,
            agency_id=HOME_AGENCY,
            password=None if link else _read_password(from_stdin=password_stdin),
            clearance=Tlp.RED,
        )
        areas = load_areas(store)
        url = f"{address}/link/{store.users.make_link(user_id)}" if link else None
        home = store.settings.home
    lines = [f"The store is in {home}, with {areas:,} states and counties.", f"The administrator is {name}."]
    lines += [f"Sign in once, within 15 minutes: {url}"] if url else []
    lines.append("Next: watchfloor serve")
    say({"home": str(home), "administrator": name, "link": url}, as_json=as_json, text="\n".join(lines))


@click.group()
def users() -> None:
    """Add people, disable them, and give them links and API tokens."""


@users.command()
@click.argument("name")
@_role
@click.option("--agency", default="", help="Name of the person's agency; without it, the center itself.")
@click.option("--display-name", default="")
@click.option("--email")
@_clearance
@_stores
@_password
@_link
@_address
@json_option
def add(  # noqa: PLR0917  # click passes options by name
    name: str,
    role: str,
    agency: str,
    display_name: str,
    email: str | None,
    clearance: str,
    stores: tuple[str, ...],
    password_stdin: bool,
    link: bool,
    address: str,
    as_json: bool,
) -> None:
    """Add a person, with a password or with a link that signs in once."""
    with opened_store() as store:
        user_id = store.users.add(
            store.system_actor(),
            name,
            role=Role(role),
            agency_id=_agency(store, agency),
            display_name=display_name,
            email=email,
            password=None if link else _read_password(from_stdin=password_stdin),
            clearance=Tlp[clearance.upper()],
            stores=[StoreKind(kind) for kind in stores],
        )
        url = f"{address}/link/{store.users.make_link(user_id)}" if link else None
    text = f"Added {name}." + (f"\nSign in once, within 15 minutes: {url}" if url else "")
    say({"id": user_id, "name": name, "role": role, "link": url}, as_json=as_json, text=text)


@users.command("list")
@json_option
def show(as_json: bool) -> None:
    """List everybody who may sign in."""
    with opened_store() as store:
        everybody = store.users.all(store.system_actor())
    rows = [
        {
            "name": user.name,
            "role": user.role.value,
            "clearance": user.clearance.label,
            "stores": sorted(user.stores),
            "disabled": user.disabled,
        }
        for user in everybody
    ]
    lines = [
        f"{row['name']:<24} {row['role']:<14} {row['clearance']:<16} {'disabled' if row['disabled'] else ''}"
        for row in rows
    ]
    say({"users": rows}, as_json=as_json, text="\n".join(lines) or "Nobody yet: watchfloor init")


@users.command()
@click.argument("name")
@json_option
def disable(name: str, as_json: bool) -> None:
    """Keep a person out; sessions, links and tokens end at once."""
    with opened_store() as store:
        store.users.disable(store.system_actor(), store.users.find(name).id)
    say({"disabled": name}, as_json=as_json, text=f"{name} can no longer sign in.")


@users.command()
@click.argument("name")
@click.option("--label", default="command line", show_default=True, help="What the token is for.")
@click.option("--link", is_flag=True, help="Print a link that signs in once, instead of an API token.")
@click.option(
    "--to", default="", metavar="RECIPIENT", help="The token is a partner's: it reads what they may have."
)
@_address
@json_option
def token(  # noqa: PLR0917  # click passes options by name
    name: str, label: str, link: bool, to: str, address: str, as_json: bool
) -> None:
    """Print an API token, or a sign-in link, for a person. It is shown this once."""
    if link and to:
        raise Invalid("A link signs a person in.", hint="Give a partner a token: leave --link out.")
    with opened_store() as store:
        user = store.users.find(name)
        if user.disabled:
            raise Conflict(f"{name} is disabled.", hint="Add the person again under another name.")
        if link:
            url = f"{address}/link/{store.users.make_link(user.id)}"
            say({"link": url}, as_json=as_json, text=url)
        else:
            partner = partner_of(store, to) if to else None
            bearer = store.users.make_bearer(user.id, label, recipient_id=partner)
            say({"token": bearer, "label": label}, as_json=as_json, text=bearer)


@users.command()
@click.argument("name")
@_password
@json_option
def password(name: str, password_stdin: bool, as_json: bool) -> None:
    """Set a person's password."""
    with opened_store() as store:
        secret = _read_password(from_stdin=password_stdin)
        store.users.set_password(store.system_actor(), store.users.find(name).id, secret)
    say({"changed": name}, as_json=as_json, text=f"The password of {name} was set.")


def partner_of(store: Store, key: str) -> int:
    """Return the number of a recipient whose programs may read here; raise Invalid where none may."""
    known = store.recipients.get(store.system_actor(), key)
    if generalises(known) or known.smallest_cell:
        raise Invalid(
            f"{known.name} is given what is coarse or counted alone, which the API is not.",
            hint="Send them files: watchfloor release send.",
        )
    return known.id


def _agency(store: Store, name: str) -> int:
    if not name:
        return HOME_AGENCY
    known = {agency.name: agency.id for agency in store.agencies.all()}
    if name not in known:
        raise Invalid(f"There is no agency {name!r}.", hint=f"There are: {', '.join(sorted(known))}.")
    return known[name]


def _read_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Invalid("Nobody is there to type a password.", hint="Give --link or --password-stdin.")
    return str(click.prompt("Password (12 characters or more)", hide_input=True, confirmation_prompt=True))


commands = [init, users]
