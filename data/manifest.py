"""What travels with a released file: what it is, for whom, its hash, and the center's signature (Ed25519).

A partner checks it without the center: `check` needs the file, the manifest and the center's public key.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from data.errors import Invalid
from data.keys import kept

FORMAT: Final = "watchfloor-manifest-1"
SUFFIX: Final = ".manifest.json"
_MAX_BYTES: Final = 1_000_000
_PIECE: Final = 1 << 20
_SAID: Final = ("id", "file", "sha256", "made_at", "center", "recipient", "purpose", "form", "marking")
_TEXTS: Final = (*_SAID, "public_key", "signature")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: the manifest, and the first thing wrong in words."""

    manifest: Mapping[str, Any]
    problem: str = ""


class Signer:
    """The center's signing key."""

    def __init__(self, path: Path) -> None:
        """Read the key from its file, made on first use."""
        self._key = serialization.load_pem_private_key(kept(path, _new_key), password=None)

    @property
    def public_key(self) -> str:
        """The public half, as partners are given it: 32 bytes in base64."""
        key = self._signing().public_key()
        return base64.b64encode(key.public_bytes_raw()).decode()

    def sign(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Return the manifest with the public key and the signature over everything else in it."""
        body = {"format": FORMAT, **manifest, "public_key": self.public_key}
        return {**body, "signature": base64.b64encode(self._signing().sign(_canonical(body))).decode()}

    def _signing(self) -> Ed25519PrivateKey:
        if not isinstance(self._key, Ed25519PrivateKey):
            raise Invalid("The release key is no Ed25519 key.", hint="Put the center's own key file back.")
        return self._key


def digest(path: Path) -> tuple[str, int]:
    """Return a file's SHA-256 in hex and its size, read piece by piece."""
    summed, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            summed.update(piece)
            size += len(piece)
    return summed.hexdigest(), size


def check(file: Path, manifest_file: Path, *, public_key: str = "") -> Checked:
    """Return whether the file is the one that the manifest was signed for; raise Invalid for no manifest.

    With `public_key`, the signature must be by that key; without, it is by whatever key the manifest names,
    which shows that nothing was changed, but not who signed.
    """
    manifest = _read(manifest_file)
    signed_by = public_key or str(manifest["public_key"])
    if public_key and public_key != manifest["public_key"]:
        return Checked(manifest, "It was signed with another key than the one given.")
    body = {name: value for name, value in manifest.items() if name != "signature"}
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(signed_by, validate=True))
        key.verify(base64.b64decode(str(manifest["signature"]), validate=True), _canonical(body))
    except (InvalidSignature, ValueError):
        return Checked(manifest, "The signature does not fit the manifest: it was changed.")
    if digest(file)[0] != manifest["sha256"]:
        return Checked(manifest, "The file is not the one that was released: it was changed.")
    return Checked(manifest)


def _read(path: Path) -> dict[str, Any]:
    hint = f"Give the file that came with it, named like it with {SUFFIX} at the end."
    if not path.is_file():
        raise Invalid(f"There is no manifest {path.name!r}.", hint=hint)
    if path.stat().st_size > _MAX_BYTES:
        raise Invalid(f"{path.name!r} is too large for a manifest.", hint=hint)
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Invalid(f"{path.name!r} is not JSON.", hint=hint) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise Invalid(f"{path.name!r} is no manifest of a release.", hint=hint)
    missing = [
        name for name in (*_TEXTS, "public_key", "signature") if not isinstance(manifest.get(name), str)
    ]
    if missing:
        raise Invalid(f"{path.name!r} lacks {missing[0]}.", hint=hint)
    return manifest


def _canonical(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
