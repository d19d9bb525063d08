"""A process that writes reports and says aloud which were acknowledged: made to be killed."""

from __future__ import annotations

import sys
from pathlib import Path

from data.settings import Settings
from data.store import open_store
from tests.support.records import World


def main() -> None:
    """Write until killed; each line on stdout is one acknowledged change: an id and its revision."""
    home, url = Path(sys.argv[1]), sys.argv[2]
    world = World(open_store(Settings(home=home, database_url=url)))
    officer = world.officer()
    say("ready")
    while True:
        made = world.incident(officer, title="Kestrel report")
        say(f"{made.id} 1")
        changed = world.store.incidents.update(
            officer, made.id, revision=1, changes={"title": "Kestrel, changed"}
        )
        say(f"{made.id} {changed.revision}")


def say(line: str) -> None:
    """Write one line and have it out before anything else happens."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
