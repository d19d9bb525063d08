"""Settings: environment variables `WATCHFLOOR_*`, or the same names in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an installation may decide, each with a default that is safe on one machine."""

    model_config = SettingsConfigDict(env_prefix="WATCHFLOOR_", env_file=None, extra="forbid", frozen=True)

    home: Path = Field(
        default=Path.home() / ".watchfloor", description="Folder of the store, uploads and keys."
    )
    database_url: str = Field(default="", description="Database; empty means SQLite in the home folder.")
    center_name: str = Field(default="Watchfloor", description="Name of the center, shown in the top bar.")
    timezone: str = Field(default="America/New_York", description="Local time zone shown beside UTC.")
    exercise: bool = Field(default=False, description="Show EXERCISE on every page and product.")
    session_hours: float = Field(default=12.0, gt=0, description="Hours until a session ends.")
    upload_max_mb: int = Field(
        default=512, gt=0, description="Largest file accepted by the import page, in MB."
    )
    body_max_mb: int = Field(default=8, gt=0, description="Largest request body apart from uploads, in MB.")
    basemaps: str = Field(
        default="[]",
        description='More basemaps as JSON: [{"name", "kind": "pmtiles|mbtiles|xyz|wms", "path" or "url"}].',
    )
    public_url: str = Field(default="", description="Address people sign in at, written into messages.")
    smtp_host: str = Field(default="", description="Mail server for alerts; empty: no mail is sent.")
    smtp_port: int = Field(default=587, gt=0, lt=65_536, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the mail server is spoken to."
    )
    smtp_user: str = Field(default="", description="Name at the mail server, where it asks for one.")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="Password at the mail server.")
    smtp_from: str = Field(default="", description="Address that alerts come from.")
    webhook_hosts: str = Field(
        default="", description="Hosts that alerts may be posted to, with commas; empty: none."
    )
    webhook_private: bool = Field(
        default=False, description="Let webhooks reach private and loopback addresses, by http too."
    )
    mirror_poll_ms: int = Field(default=250, gt=0, description="How often a worker looks for changes, in ms.")

    @property
    def resolved_database_url(self) -> str:
        """Return the database address, SQLite in the home folder unless one is set."""
        return self.database_url or f"sqlite:///{self.home / 'watchfloor.db'}"

    @property
    def uploads(self) -> Path:
        """Return the folder that uploaded files are kept in."""
        return self.home / "uploads"


def load(env_file: Path | None = None) -> Settings:
    """Return the settings from the environment, then `env_file`, then the defaults.

    Without an argument, `WATCHFLOOR_HOME/watchfloor.env` is read where it exists.
    """
    candidate = env_file or Settings().home / "watchfloor.env"
    return Settings(_env_file=candidate if candidate.is_file() else None)  # type: ignore[call-arg]  # pydantic-settings takes it
