"""What somebody typed when the session ended: sealed, carried through signing in, shown in its form again.

Nothing is stored: the sealed text travels in the page. It opens only for the user name of the session that
ended, at its own address, for half a day; and it only fills the form again, the act itself is not repeated.
"""

import base64
import json
import zlib
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Request
from werkzeug.datastructures import MultiDict

from engine.errors import Failure
from engine.secrets import Keys, seal, unseal

FIELD = "_kept"  # the hidden field that carries it
LASTS = timedelta(hours=12)
LARGEST = 300_000  # characters of the hidden field; a form may hold 1 MB
# What a page puts into its form by itself; a form with nothing else has nothing to lose.
BY_ITSELF = frozenset({"csrf_token", "request_key", "case_version", "_form", "next", "back", FIELD})
NEVER = frozenset({"csrf_token", "password", "old", "new", "again", "code", FIELD})  # no secret travels


@dataclass(frozen=True)
class Typed:
    """A form as it was sent: to which address, its fields, and whether files came along (not kept)."""

    address: str
    fields: "MultiDict[str, str]"
    files: bool


def anything_typed(request: Request) -> bool:
    """The form holds something that its page did not put there."""
    typed = any(value.strip() for name, value in request.form.items(True) if name not in BY_ITSELF | NEVER)
    return typed or any(file.filename for file in request.files.values())


def pack(keys: Keys, request: Request, username: str, now: datetime) -> str | None:
    """The form of the request, sealed for this user; None where it is too large to travel."""
    form = {
        "address": address_of(request),
        "until": (now + LASTS).timestamp(),
        "fields": [pair for pair in request.form.items(multi=True) if pair[0] not in NEVER],
        "files": any(file.filename for file in request.files.values()),
    }
    plain = zlib.compress(json.dumps(form).encode(), 6)
    packed = base64.urlsafe_b64encode(seal(_key(keys), plain, username.encode())).decode()
    return packed if len(packed) <= LARGEST else None


def unpack(keys: Keys, packed: str, username: str, now: datetime) -> Typed | None:
    """What was typed; None for another user, another installation, or too late."""
    try:
        plain = unseal(_key(keys), base64.urlsafe_b64decode(packed[:LARGEST]), username.encode())
        form: dict[str, Any] = json.loads(zlib.decompress(plain))
    except (Failure, NotBase64, ValueError):
        return None
    if form["until"] <= now.timestamp():
        return None
    return Typed(form["address"], MultiDict(form["fields"]), form["files"])


def address_of(request: Request) -> str:
    """Path and query of the request."""
    return request.full_path.rstrip("?")


def _key(keys: Keys) -> bytes:
    return keys.sign(b"kept forms")
