"""The two small forms beside a task: to whom it is given, and when it is looked at again."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from marshmallow import Schema

from engine.errors import InvalidAnswers, Text
from engine.transactions import Transaction
from web import forms
from web.entry import refusal, today, user_id
from workflows.admission import holding
from workflows.admission.fields import day, one_of
from workflows.people.words import POSITIONS


class Give(Schema):
    """A colleague who may do the step."""

    assignee = one_of("Giao cho", "colleagues", required=True)


class LookAgain(Schema):
    """Empty: no day is kept."""

    follow_up = day("Hẹn xem lại ngày", help="Cả tổ chức cùng thấy ngày hẹn. Để trống là bỏ hẹn.")


FORMS = {"tasks.give": Give, "tasks.look_again": LookAgain}


@dataclass(frozen=True)
class Hand:
    """Who has the task in hand, and the forms about it."""

    assignee_id: int | None
    assignee: str | None
    follow_up_on: date | None
    mine: bool
    give: list[forms.Group]
    look_again: list[forms.Group]


def sent() -> bool:
    """Was one of these forms sent, and not that of the step?"""
    return request.endpoint in FORMS


def shown(tx: Transaction, task_id: int) -> Hand | None:
    """What the page shows of it; None once the task is done."""
    row = holding.in_hand(tx, task_id)
    if row is None:
        return None
    able = holding.colleagues(tx, task_id, by=user_id(), on=today())
    choices = [(one.user_id, _named(one)) for one in able if one.user_id != row.assignee_id]
    return Hand(
        assignee_id=row.assignee_id,
        assignee=row.name,
        follow_up_on=row.follow_up_on,
        mine=row.assignee_id == user_id(),
        give=_form("tasks.give", {}, choices) if choices else [],
        look_again=_form("tasks.look_again", {"follow_up": row.follow_up_on}, []),
    )


def _form(name: str, values: dict[str, Any], choices: list[tuple[int, Text]]) -> list[forms.Group]:
    """The one that was sent keeps what was typed."""
    mine, why = request.endpoint == name, refusal()
    return forms.show(
        FORMS[name],
        choices={"colleagues": choices},
        values=values,
        typed=request.form if mine else None,
        errors=why.fields if mine and isinstance(why, InvalidAnswers) else None,
        prefix=name.split(".")[1],
    )


def _named(one: holding.Able) -> Text:
    position = Text(POSITIONS.get(one.position, one.position))
    if one.user_id == user_id():
        return Text("{name} ({position}; tôi)", name=one.name, position=position)
    return Text("{name} ({position})", name=one.name, position=position)
