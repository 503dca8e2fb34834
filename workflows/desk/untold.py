"""What of a case is told to the Party's people of the file alone: the verification of the person's history.

Who may see the case but not that (`case.verifications`: the union of the school) learns that it goes on and
when it is over; not who was asked, what came back, what was asked again or weighed. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Final

from engine.errors import Text
from workflows.admission.steps import STEPS
from workflows.desk.case_page import CasePage
from workflows.rules.standing import Standing

VERIFICATION: Final = "verification"  # the part of the path as a whole, its clock, its condition
ELEMENTS: Final = frozenset(
    {
        "send_verifications",
        "verification_reply",
        "follow_up_verification",
        "weigh_adverse",
        "conclude_history",
        "reverification",
    }
)
NOT_OVER: Final = Text("Thẩm tra, kết luận lý lịch chưa xong.")


def _papers(elements: Iterable[str]) -> set[str]:
    return {paper for name in elements for paper in (STEPS[name].papers or {}).values()}


PAPERS: Final = _papers(STEPS.keys() & ELEMENTS) - _papers(STEPS.keys() - ELEMENTS)


def without(page: CasePage) -> CasePage:
    """The rows without it; of all its open steps one stays, by the name of the whole."""
    return replace(
        page,
        tasks=_tasks(page.tasks),
        clocks=[row for row in page.clocks if row.name != VERIFICATION],
        votes=[row for row in page.votes if row.step not in ELEMENTS],
        documents=[row for row in page.documents if row.type not in PAPERS],
        verifications=[],
    )


def _tasks(rows: Sequence[Any]) -> list[Any]:
    kept = [row for row in rows if row.element not in ELEMENTS]
    hidden = [row for row in rows if row.element in ELEMENTS]
    if hidden:
        first = min(hidden, key=lambda row: (row.opened_on, row.id))
        whole = {"element": VERIFICATION, "process": "file_checks", "item": None, "due_on": None}
        whole |= {"organisation": None, "organisation_id": None, "assignee": None, "assignee_id": None}
        kept.append(SimpleNamespace(**{**first._mapping, **whole}))
    return kept


def entries(rows: Iterable[Any]) -> list[Any]:
    """Of the journal, what is told."""
    return [
        row for row in rows if row.element not in ELEMENTS and (row.facts or {}).get("clock") != VERIFICATION
    ]


def steps(elements: Iterable[str]) -> list[str]:
    return [one for one in elements if one not in ELEMENTS]


def conditions(found: Iterable[Standing]) -> list[Standing]:
    """Whether it is over, and nothing of how it stands."""
    return [
        replace(one, unmet=replace(one.unmet, text=NOT_OVER))
        if one.condition == VERIFICATION and one.unmet is not None
        else one
        for one in found
    ]
