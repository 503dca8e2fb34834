"""Organisations that a form names by their number: each must stand on the day and be of a fitting kind.

The page offers only such; a request by hand may name any number, and no case may go to nobody.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema

from engine.errors import InvalidAnswers, Text
from workflows.admission.acting import Acting
from workflows.admission.forms import FORMS
from workflows.organisations.kinds import (
    COMMITTEES,
    PARTY_CELL,
    POLITICAL_CENTRE,
    PROVINCE_COMMITTEE,
    UNION_BRANCH,
    YOUTH_UNION_BASE,
)
from workflows.organisations.queries import tree_of

# Who may be asked to take a person over: a cell, or a committee that hands on to one of its cells.
RECEIVERS = COMMITTEES - {PROVINCE_COMMITTEE} | {PARTY_CELL}

# Name of a list of choices → the kinds of organisations that may be picked from it.
KINDS_OF: Mapping[str, frozenset[str]] = {
    "centres": COMMITTEES | {POLITICAL_CENTRE},
    "addressees": COMMITTEES | {PARTY_CELL},
    "opinion_givers": COMMITTEES | {PARTY_CELL, YOUTH_UNION_BASE, UNION_BRANCH},
    "receivers": RECEIVERS,
    "cells_of_receiver": RECEIVERS,
}


def refuse_unknown(acting: Acting) -> None:
    """Raises InvalidAnswers at the field that names an organisation which is not there or does not fit."""
    picked = list(_picked(FORMS[acting.element], acting.answers, ""))
    if not picked:
        return
    nodes = tree_of(acting.tx).nodes
    standing = {number for _, _, number in picked if number in nodes and nodes[number].stands_on(acting.on)}
    wrong = {
        name: [_not_there(acting, number)]
        for name, source, number in picked
        if number not in standing or nodes[number].kind not in KINDS_OF[source]
    }
    if acting.answers.get("receiver_id") == acting.case.custodian_id:
        wrong["receiver_id"] = [Text("Nơi này đang quản lý người chuyển đi. Hãy chọn nơi nhận khác.")]
    if wrong:
        raise InvalidAnswers(wrong)


def _not_there(acting: Acting, number: int) -> Text:
    """An organisation that has ended names the one that follows it."""
    tree = tree_of(acting.tx)
    node, following = tree.nodes.get(number), tree.standing(number, acting.on)
    if node is None or node.valid_to is None or acting.on < node.valid_to or following == number:
        return Text("Không có tổ chức này vào ngày đó. Hãy chọn trong danh sách.")
    return Text(
        "{name} đã kết thúc hoạt động từ ngày {day}. Hãy chọn nơi kế tục: {following}.",
        name=node.name,
        day=f"{node.valid_to:%d/%m/%Y}",
        following=tree.nodes[following].name,
    )


def _picked(form: type[Schema], answers: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str, int]]:
    """Field, list and number of every organisation that the answers name, those in rows too."""
    for name, field in form().fields.items():
        value, source = answers.get(name), field.metadata.get("choices")
        if value is None:
            continue
        if isinstance(source, str) and source in KINDS_OF:
            yield prefix + name, source, value
        nested = getattr(getattr(field, "inner", None), "nested", None)
        if isinstance(nested, type):
            for place, row in enumerate(value):
                yield from _picked(nested, row, f"{prefix}{name}.{place}.")
