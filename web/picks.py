"""Naming an organisation or a member in a form: typed words, and candidates to choose from where several fit.

A pick is two fields, `x` (words) and `x_chosen` (the candidate); the second shows only while it is needed.
"""

from collections.abc import Sequence
from typing import Any

from flask import request

from engine.errors import InvalidAnswers
from web import forms
from web.entry import refusal, typed
from workflows.administration.picking import MOST, Candidate

CHOSEN = "_chosen"


def shown(
    schema: Any,
    *,
    name: str = "",
    values: dict[str, Any] | None = None,
    choices: dict[str, Any] | None = None,
    candidates: dict[str, Sequence[Candidate]] | None = None,
) -> list[forms.Group]:
    """The form; `name`: which form of the page this is, where there are several (its `_form` field)."""
    why = refusal()
    again = typed() and (not name or request.form.get("_form") == name)
    offered = {
        f"{field}{CHOSEN}": [(one.id, one.label) for one in found]
        for field, found in (candidates or {}).items()
        if 1 < len(found) <= MOST
    }
    groups = forms.show(
        schema,
        values=values or {},
        choices={**(choices or {}), **offered},
        typed=request.form if again else None,
        errors=why.fields if again and isinstance(why, InvalidAnswers) else None,
        prefix=name or "f",
    )
    for group in groups:
        group.fields = [one for one in group.fields if not one.name.endswith(CHOSEN) or one.choices]
    return groups


def sent(field: str, name: str = "") -> str:
    """The words that were typed into a pick of this form; nothing while it is shown for the first time."""
    if not typed() or (name and request.form.get("_form") != name):
        return ""
    return request.form.get(field, "")[:200]
