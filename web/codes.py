"""The code on a printed letter: the address of a page, and nothing else. It opens for whoever may, after
signing in."""

import os

import segno
from flask import request, url_for
from markupsafe import Markup


def address_of(endpoint: str, **numbers: int) -> str:
    """Where people open the program (KETNAP_URL), else where it was opened now."""
    base = os.environ.get("KETNAP_URL") or request.host_url
    return base.rstrip("/") + url_for(endpoint, **numbers)


def code(address: str, words: str) -> Markup:
    """The drawing, inline; `words` tell what it is to who cannot see it."""
    drawn = segno.make(address, micro=False, error="m").svg_inline(
        scale=4, svgclass="code-drawn", lineclass=None, title=words, omitsize=True
    )
    return Markup(drawn)  # noqa: S704 (drawn here, of an address of ours and words that the library escapes)
