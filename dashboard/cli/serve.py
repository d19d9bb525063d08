"""`watchfloor serve`: the server, in one process or several."""

from __future__ import annotations

from pathlib import Path

import click

from data.errors import Invalid

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# Seconds in which running requests may end after SIGTERM.
DRAIN_S = 10

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8050, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Worker processes.")
@click.option("--tls-certificate", type=_FILE, help="Certificate chain (PEM), to speak https.")
@click.option("--tls-key", type=_FILE, help="Private key of the certificate (PEM).")
@click.option("--json", "as_json", is_flag=True, help="Log each event as one JSON object.")
def serve(  # noqa: PLR0917  # click passes options by name
    host: str, port: int, workers: int, tls_certificate: Path | None, tls_key: Path | None, as_json: bool
) -> None:
    """Serve the dashboard until SIGTERM or Ctrl+C; running requests are finished first."""
    import uvicorn

    from data.settings import load

    if (tls_certificate is None) != (tls_key is None):
        raise Invalid("TLS needs a certificate and its key.", hint="Give --tls-certificate and --tls-key.")
    load()  # refuse bad settings here, once, and not in every worker
    if host not in LOOPBACK and tls_certificate is None:
        click.echo(
            "Without TLS people can sign in from this machine alone. "
            "Give --tls-certificate and --tls-key, or put a proxy that speaks https in front.",
            err=True,
        )
    uvicorn.run(
        "dashboard.server:app_from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        ssl_certfile=tls_certificate,
        ssl_keyfile=tls_key,
        **server_options(as_json=as_json),  # type: ignore[arg-type]  # uvicorn takes them by name
    )


def server_options(*, as_json: bool = False) -> dict[str, object]:
    """Return how every server of ours runs, whoever starts it."""
    options: dict[str, object] = {
        # Says neither what it is nor, in a log, which one-time link was opened.
        "server_header": False,
        "access_log": False,
        "timeout_graceful_shutdown": DRAIN_S,
        "ws_max_size": 65_536,
        "ws_per_message_deflate": False,
        "log_level": "info",
    }
    if as_json:
        options["log_config"] = _json_logging()
    return options


def _json_logging() -> dict[str, object]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "dashboard.cli.logs.JsonLines"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
    }


commands = [serve]
