"""Words of ours inside a statement: written in its text, a parameter that never changes is none."""

from typing import Any

from sqlalchemy import ColumnElement, String, literal_column


def constant(word: str) -> ColumnElement[Any]:
    """A word of the program, never anything that somebody typed."""
    if not word.replace("_", "").isalnum() and word != "":
        raise ValueError(word)
    return literal_column(f"'{word}'", String)
