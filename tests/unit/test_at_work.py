"""Long work ends at its next step once whoever asked for it is gone."""

from __future__ import annotations

import asyncio
import threading
from uuid import uuid4

import pytest
from fastapi import Request

from dashboard.at_work import AtWork, Work
from data.errors import Conflict


def test_work_that_nobody_waits_for_is_given_up_at_its_next_step() -> None:
    works, key, begun, never = AtWork(), uuid4(), threading.Event(), threading.Event()
    told: list[str | None] = []

    def endless(work: Work) -> None:
        work.at("Step one")
        begun.set()
        while not never.wait(0.01):
            work.check()

    async def gone() -> dict[str, str]:
        # Whoever asked goes away once the work has begun.
        if not begun.is_set():
            await asyncio.sleep(60)
        told.append(works.said(7, key))
        return {"type": "http.disconnect"}

    async def asked() -> None:
        await works.run(Request({"type": "http"}, gone), 7, key, endless)

    with pytest.raises(Conflict):
        asyncio.run(asyncio.wait_for(asked(), 30))
    assert told[0] == "Step one"
    assert (works.said(7, key), works.said(8, key)) == (None, None)


def test_work_that_is_waited_for_is_done() -> None:
    async def waiting() -> dict[str, str]:
        await asyncio.sleep(60)
        return {}

    request = Request({"type": "http"}, waiting)
    assert asyncio.run(AtWork().run(request, 7, None, lambda work: work.at("All of it") or 5)) == 5
