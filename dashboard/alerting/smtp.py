"""Mail: one message to one address, through the server that the administrator named."""

from __future__ import annotations

import mimetypes
import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from dashboard.alerting.messages import subject, text
from data.alert_records import Alert, Delivery
from data.settings import Settings

_TIMEOUT_S = 20


class NotDelivered(Exception):
    """A channel could not deliver; `final` says that trying again cannot help."""

    def __init__(self, detail: str, *, final: bool = False) -> None:
        super().__init__(detail)
        self.detail, self.final = detail, final


def send(settings: Settings, alert: Alert, delivery: Delivery, *, full: bool) -> str:
    """Return what the mail server said; raise NotDelivered."""
    line = subject(alert, full=full, center=settings.center_name)
    return mail(
        settings,
        to=delivery.address,
        subject=line,
        text=text(alert, full=full, where=settings.public_url),
        at=alert.at,
        # The same for every attempt: who got it already sees that it is the same.
        number=f"{alert.id}.{'late' if alert.escalated_at else 'new'}",
    )


def mail(
    settings: Settings,
    *,
    to: str,
    subject: str,
    text: str,
    at: datetime,
    number: str,
    files: Sequence[Path] = (),
) -> str:
    """Send one message and return what the mail server said; raise NotDelivered."""
    if not settings.smtp_host:
        raise NotDelivered("no mail server is set (WATCHFLOOR_SMTP_HOST)", final=True)
    message = EmailMessage()
    try:
        # EmailMessage refuses line breaks in headers: a name cannot add one.
        message["From"] = settings.smtp_from or f"watchfloor@{settings.smtp_host}"
        message["To"] = to
        message["Subject"] = " ".join(subject.split())[:200]
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{number}@watchfloor>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        for file in files:
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            main, sub = kind.split("/", 1)
            message.add_attachment(file.read_bytes(), maintype=main, subtype=sub, filename=file.name)
    except ValueError as error:
        raise NotDelivered(f"not an address: {error}", final=True) from error
    try:
        with _connected(settings) as server:
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()), (550, b""))
        # 5xx: the server will say the same tomorrow.
        raise NotDelivered(f"refused {code}: {_shown(said)}", final=code >= 500) from error
    except smtplib.SMTPResponseException as error:
        raise NotDelivered(f"{error.smtp_code}: {_shown(error.smtp_error)}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotDelivered(f"{type(error).__name__}: {error}") from error
    return "accepted by the mail server"


def _connected(settings: Settings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT_S, context=context)
    server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT_S)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


def _shown(said: bytes | str) -> str:
    text_said = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text_said.split())[:200]
