"""Headers of every answer, and the refusal of what crashes a database driver."""

import gzip
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, request
from werkzeug.routing import IntegerConverter

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FILES = {"static", "bootstrap.static"}
A_YEAR = 31_536_000
WORTH_PACKING = {"text/css", "text/javascript", "application/javascript", "image/svg+xml"}


class Number(IntegerConverter):
    """A row's number in an address: 18 digits at most, so that it fits every database."""

    regex = r"[1-9]\d{0,17}"


def install(app: Flask) -> None:
    app.url_map.converters["number"] = Number
    app.before_request(refuse_nul)
    app.after_request(secure)
    app.after_request(keep_and_pack)

    @app.url_defaults
    def name_the_version(endpoint: str, values: dict[str, object]) -> None:
        if endpoint in FILES and "v" not in values:
            values["v"] = _version(app, endpoint, str(values["filename"]))


def refuse_nul() -> None:
    """NUL is in no name and no number; drivers break on it."""
    sources = (request.args, request.form)
    values = (value for source in sources for pair in source.items(multi=True) for value in pair)
    if "\x00" in request.path or any("\x00" in value for value in values):
        abort(400)


def secure(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}")
    if request.endpoint not in FILES:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def keep_and_pack(response: Response) -> Response:
    """Files of ours carry their version in the address: kept for a year, sent compressed.

    Pages are not compressed: their size would tell about the secret of their forms (BREACH).
    """
    if request.endpoint not in FILES or response.status_code != 200:
        return response
    if request.args.get("v"):
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    if response.mimetype in WORTH_PACKING and "gzip" in request.accept_encodings:
        response.direct_passthrough = False
        response.set_data(_packed(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
    return response


@lru_cache(maxsize=32)
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)


@lru_cache(maxsize=64)
def _version(app: Flask, endpoint: str, filename: str) -> str:
    owner = app if endpoint == "static" else app.blueprints[endpoint.partition(".")[0]]
    path = Path(str(owner.static_folder)) / filename
    return f"{int(path.stat().st_mtime):x}" if path.exists() else "0"
