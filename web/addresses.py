"""Addresses that came from outside: a path of this program, a row's number in it, or nothing."""

from urllib.parse import urlsplit


def is_own_path(address: str) -> bool:
    """A path of this program: one slash first, no host; whatever a browser strips or turns around."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    odd = any(ord(char) <= 32 or char == "\\" or ord(char) == 127 for char in address)
    return address.startswith("/") and not address.startswith("//") and not odd and not parts.netloc


def number(text: str) -> int:
    """A row's number after the question mark; ValueError, and so left out, for what no row can have."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise ValueError(text)
    return int(text)


def own_path(address: str | None, host: str) -> str | None:
    """Path and query of a whole address at this host; None for every other."""
    if not address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return path if parts.netloc == host and is_own_path(path) else None
