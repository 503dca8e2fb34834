"""The form that asks where a leaver goes: the place is typed by name, as in every form of a handover."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from flask import request

from engine.errors import InvalidAnswers
from engine.transactions import Transaction
from web import forms
from web.entry import refusal, typed
from web.transfer_forms import CHOSEN, NAMED, choices, receiver_of
from workflows.admission.fields import Sheet, choice, line, one_of, tick
from workflows.organisations.queries import tree_of
from workflows.season.words import REASONS
from workflows.transfers.destinations import Destination

OUTSIDE = "Hoặc nơi ngoài hệ thống"
NONE_YET = "Hoặc chưa có nơi đến, vì"
RENAMED = {"organisation_id": "receiver"}


class Where(Sheet):
    """One of them; nothing at all takes back what was said before."""

    proposed = one_of("Nơi cư trú theo cây tổ chức", "proposed", help="Chọn, hoặc ghi nơi khác ở dưới.")
    receiver = line("Nơi đến trong hệ thống", help=NAMED)
    receiver_chosen = one_of("Tổ chức nào?", CHOSEN)
    addressee = line(OUTSIDE, longest=250)
    reason = choice(NONE_YET, REASONS, widget="select")


class ForMany(Sheet):
    """The same for several."""

    home = tick("Mỗi người về nơi cư trú của mình, theo cây tổ chức")
    receiver = line("Hoặc cùng một nơi đến trong hệ thống", help=NAMED)
    receiver_chosen = one_of("Tổ chức nào?", CHOSEN)
    addressee = line(OUTSIDE, longest=250)
    reason = choice(NONE_YET, REASONS, widget="select")


def shown(
    tx: Transaction,
    form: type[Sheet],
    proposals: list[Destination],
    holder: int | None,
    last: Any,
    on: date,
) -> list[forms.Group]:
    """The questions, with what was said last; without lists in which there is nothing to choose."""
    why = refusal()
    groups = forms.show(
        form,
        choices=choices(tx, request.form, proposals, holder, on),
        values=_values(tx, last, proposals),
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    for group in groups:
        group.fields = [one for one in group.fields if one.name not in ("proposed", CHOSEN) or one.choices]
    return groups


def _values(tx: Transaction, last: Any, proposals: Sequence[Destination]) -> dict[str, Any]:
    if last is None:
        return {}
    values: dict[str, Any] = {"addressee": last.addressee, "reason": last.reason}
    if last.organisation_id in {one.id for one in proposals}:
        values["proposed"] = last.organisation_id
    elif last.organisation_id is not None:
        values["receiver"] = tree_of(tx).nodes[last.organisation_id].name
    return values


def answers_of(
    tx: Transaction, said: Mapping[str, Any], proposals: list[Destination], holder: int | None, on: date
) -> dict[str, Any]:
    """As the verb asks them. InvalidAnswers where the words fit nobody, or several."""
    receiver = receiver_of(tx, said, proposals, holder, on)
    return {"organisation_id": receiver, "addressee": said.get("addressee"), "reason": said.get("reason")}


@contextmanager
def at_the_fields() -> Iterator[None]:
    """What the verb refuses is shown at the fields of the page."""
    try:
        yield
    except InvalidAnswers as error:
        fields = {RENAMED.get(name, name): found for name, found in error.fields.items()}
        raise InvalidAnswers(fields, error.text) from error
