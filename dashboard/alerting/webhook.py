"""Webhooks: a signed POST to an allowed host, never inward unless an administrator says so.

The host's addresses are looked up once, all of them are checked, and the connection goes to one of those
that were checked: a name that answers differently the second time gains nothing. Redirects are not followed.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx
import orjson

from dashboard.alerting.smtp import NotDelivered
from data.alert_records import Alert, Delivery
from data.audit import load_key
from data.clock import SystemClock, to_ms
from data.settings import Settings

_IDLE_S, _WHOLE_S = 8.0, 20.0
SIGNATURE = "X-Watchfloor-Signature"


def send(settings: Settings, alert: Alert, delivery: Delivery, *, full: bool) -> str:
    """Return what the other side answered; raise NotDelivered."""
    body = body_of(alert, full=full, where=settings.public_url)
    # The same for every attempt.
    return posted(settings, delivery.address, body, headers={"X-Watchfloor-Alert": str(alert.id)})


def posted(settings: Settings, url: str, body: bytes, *, headers: Mapping[str, str]) -> str:
    """Post JSON, signed, and return what the other side answered; raise NotDelivered."""
    try:
        return asyncio.run(_post(settings, url, body, headers))
    except TimeoutError as error:
        raise NotDelivered(f"no answer within {_WHOLE_S:g} s") from error
    except (httpx.HTTPError, OSError) as error:
        raise NotDelivered(f"{type(error).__name__}: {error}"[:300]) from error


def body_of(alert: Alert, *, full: bool, where: str) -> bytes:
    """Return what is posted; above the channel's ceiling only that there is an alert."""
    told: dict[str, Any] = {"id": str(alert.id), "where": where}
    if full:
        told |= {
            "watch_area": {"id": str(alert.watch_area_id), "name": alert.watch_area_name},
            "at": alert.at.isoformat().replace("+00:00", "Z"),
            "reason": alert.reason,
            "count": alert.count,
            "expected": alert.expected,
            "severity": int(alert.severity),
            "marking": alert.marking.label,
            "escalated": alert.escalated_at is not None,
        }
    return orjson.dumps({"alert": told})


def signature(key: bytes, body: bytes, *, at_ms: int) -> str:
    """Return "t=…,v1=…": HMAC-SHA256 of time, dot and body, so that it cannot be sent again later."""
    mac = hmac.new(key, f"{at_ms}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_ms},v1={mac}"


def webhook_key(settings: Settings) -> bytes:
    """Return the key that webhooks are signed with: keys/webhook.key in the home folder."""
    return load_key(settings.home / "keys" / "webhook.key")


def allowed_target(settings: Settings, url: str) -> tuple[SplitResult, str, int]:
    """Return the parts, host and port of an address that may be posted to; raise NotDelivered."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotDelivered(f"not an address: {error}", final=True) from error
    hosts = {host.strip().lower() for host in settings.webhook_hosts.split(",") if host.strip()}
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.password:
        raise NotDelivered("not an address of https://host/path", final=True)
    if parts.scheme == "http" and not settings.webhook_private:
        raise NotDelivered("only https is spoken to the outside", final=True)
    if parts.hostname.lower() not in hosts:
        raise NotDelivered(f"{parts.hostname} is not among WATCHFLOOR_WEBHOOK_HOSTS", final=True)
    return parts, parts.hostname, port or (443 if parts.scheme == "https" else 80)


async def address_of(settings: Settings, host: str, port: int) -> str:
    """Return an address of the host; raise NotDelivered when any of them leads inward."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise NotDelivered(f"the name {host} cannot be resolved: {error.strerror}") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not settings.webhook_private:
        for text in addresses:
            address = ipaddress.ip_address(text.partition("%")[0])
            mapped = getattr(address, "ipv4_mapped", None)
            if not (mapped or address).is_global or (mapped or address).is_multicast:
                raise NotDelivered(f"{host} leads inward ({text})", final=True)
    return addresses[0]


async def _post(settings: Settings, url: str, body: bytes, more: Mapping[str, str]) -> str:
    target, host, port = allowed_target(settings, url)
    async with asyncio.timeout(_WHOLE_S):
        address = await address_of(settings, host, port)
        netloc = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        headers = {
            "Host": host if port in (80, 443) else f"{host}:{port}",
            "Content-Type": "application/json",
            "User-Agent": "Watchfloor",
            **more,
            SIGNATURE: signature(webhook_key(settings), body, at_ms=to_ms(SystemClock().now())),
        }
        # trust_env: a proxy of the environment would look the name up again, and reach inward.
        async with (
            httpx.AsyncClient(timeout=_IDLE_S, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST",
                target._replace(netloc=netloc).geturl(),
                content=body,
                headers=headers,
                extensions={"sni_hostname": host},  # certificates are of the name
            ) as answer,
        ):
            if not answer.is_success:
                raise NotDelivered(f"answered {answer.status_code}")
            return f"answered {answer.status_code}"
