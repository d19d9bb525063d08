"""The server: FastAPI with Dash inside and the gate in front."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence

from fastapi import APIRouter, FastAPI

from dashboard.alerting.watcher import Watcher
from dashboard.app import make_dash
from dashboard.briefing.runner import Runner
from dashboard.declared import refuse_undeclared
from dashboard.guard import guarded
from dashboard.readiness import Readiness
from dashboard.services import Services, open_services
from dashboard.web import (
    alerts_api,
    areas_api,
    attachments_api,
    auth,
    basemap,
    brief_schedules_api,
    briefs_api,
    call_form,
    errors,
    export,
    export_hotspots,
    health,
    hotspots,
    incidents_api,
    live,
    pages,
    reference_api,
    releases_api,
    respond_api,
    search,
    share_api,
    sites_api,
    summary,
    tiles,
    uploads,
)
from dashboard.web.callback_bodies import CallbackBodies
from dashboard.web.denials import Denials
from dashboard.web.gate import Gate
from dashboard.web.headers import Headers, page_policy
from dashboard.web.limits import Bodies
from dashboard.web.live import LiveHub
from dashboard.web.metrics import Figures, Measured
from dashboard.web.uploads_allowed import upload_paths
from data.settings import Settings, load
from layers.basemap import csp_hosts
from layers.hotspots.names import names
from layers.search import Searcher

ROUTERS: Sequence[Callable[[Services], APIRouter]] = (
    auth.router,
    health.router,
    live.router,
    basemap.router,
    tiles.router,
    summary.router,
    hotspots.router,
    export.router,
    export_hotspots.router,
    attachments_api.router,
    incidents_api.router,
    sites_api.router,
    areas_api.router,
    reference_api.router,
    alerts_api.router,
    respond_api.router,
    share_api.router,
    releases_api.router,
    briefs_api.router,
    brief_schedules_api.router,
    call_form.router,
    search.router,
    uploads.router,
)


def create_app(settings: Settings | None = None, *, services: Services | None = None) -> FastAPI:
    """Return the whole application as ASGI, ready to be served by uvicorn.

    With `services`, their mirror must be loaded and stays the caller's; without, the store is opened
    here, read into the mirror when the server starts, and closed when it stops.
    """
    ours = services is None
    chosen = services or open_services(settings or load())
    app = FastAPI(
        title="Watchfloor",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # served by a route of our own, which needs a session or token
        lifespan=_lifespan,
        redirect_slashes=False,
    )
    app.state.services, app.state.owned = chosen, ours
    app.state.searcher = searcher = search.make_searcher(chosen)
    app.state.readiness = Readiness(chosen, loaded=not ours, warm=lambda: _warm(searcher))
    app.state.live = LiveHub(chosen)
    app.state.watcher = Watcher(chosen)
    app.state.runner = Runner(chosen)
    app.state.figures = _figures(app)
    errors.install(app)
    for router in ROUTERS:
        app.include_router(router(chosen))
    app.state.dash = dash = make_dash(app, chosen)
    app.include_router(pages.router(dash))
    declared = guarded(dash).declared
    # The one added last is the outermost.
    app.add_middleware(CallbackBodies, dash=dash, declared=declared)
    app.add_middleware(
        Bodies, max_bytes=chosen.settings.body_max_mb * 1_048_576, uploads=upload_paths(chosen.settings)
    )
    app.add_middleware(
        Gate,
        services=chosen,
        denials=Denials(chosen),
        ready=lambda: bool(app.state.readiness.ready),
        router=app.router,
    )
    app.add_middleware(Headers, policy=page_policy(dash.csp_hashes(), hosts=csp_hosts(chosen.settings)))
    app.add_middleware(Measured, figures=app.state.figures)
    refuse_undeclared(app, dash, declared)
    return app


def app_from_environment() -> FastAPI:
    """Return the application of the settings in the environment: what each worker process starts with."""
    return create_app(load())


def _warm(searcher: Searcher) -> None:
    """Make what the first search and the first list of hotspots would otherwise wait for."""
    searcher.warm()
    names()


def _figures(app: FastAPI) -> Figures:
    services: Services = app.state.services
    return Figures(
        gauges={
            "live_sockets": lambda: float(app.state.live.sockets),
            "mirror_counter": lambda: float(services.mirror.snapshot.counter),
            "ready": lambda: float(app.state.readiness.ready),
        }
    )


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    readiness: Readiness = app.state.readiness
    # Beside the running server, so that /livez and /readyz answer meanwhile.
    loading = asyncio.create_task(asyncio.to_thread(readiness.load))
    watching = asyncio.create_task(app.state.live.watch())
    if app.state.owned:
        # Like the mirror: handed-in services are looked at when their owner says so.
        app.state.watcher.start()
        app.state.runner.start()
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.to_thread(app.state.watcher.stop)
        await asyncio.to_thread(app.state.runner.stop)
        await asyncio.to_thread(readiness.stop)
        await asyncio.gather(loading, watching, return_exceptions=True)
        if app.state.owned:
            app.state.services.store.close()
