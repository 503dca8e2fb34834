"""The bodies that meet: which an organisation has, what each votes on, what else it settles, its minutes."""

from collections.abc import Mapping
from typing import Final

from engine.errors import Text
from workflows.admission.choices import OUTCOMES
from workflows.admission.votes import BALLOTS, DECIDING, DECIDING_QUOTA
from workflows.organisations.kinds import COMMITTEES, PARTY_CELL, YOUTH_UNION_BASE
from workflows.rules.ballots import Quota
from workflows.rules.editions import Edition

CELL, PLENUM, STANDING = "cell", "plenum", "standing"
UNION_EXEC, UNION_BRANCH = "union_exec", "union_branch"

BODIES: Final[Mapping[str, str]] = {
    CELL: "Hội nghị chi bộ",
    PLENUM: "Hội nghị ban chấp hành đảng bộ",
    STANDING: "Hội nghị ban thường vụ",
    UNION_EXEC: "Hội nghị ban chấp hành đoàn",
    UNION_BRANCH: "Hội nghị chi đoàn",
}

# Steps that a meeting settles without counting votes, each by a word and, where the form asks, a reason.
SETTLES: Final[Mapping[str, tuple[str, ...]]] = {
    CELL: ("confirm_source", "weigh_opinions", "after_failed_vote", "assign_helper", "replace_helper"),
    PLENUM: ("weigh_adverse",),
    STANDING: (),
    UNION_EXEC: ("union_follow_up", "union_reconsider"),
    UNION_BRANCH: (),
}
WITH_HELPER: Final = frozenset({"assign_helper", "replace_helper"})

CANCELLED: Final[tuple[tuple[str, str], ...]] = (
    ("postponed", "Hoãn, sẽ họp ngày khác"),
    ("too_few", "Không đủ số người dự"),
    ("no_business", "Không còn nội dung phải họp"),
    ("mistake", "Lên lịch nhầm"),
)
CANCELLED_WORDS: Final[Mapping[str, str]] = {**dict(CANCELLED), "reorganised": "Tổ chức được sắp xếp lại"}


def bodies_of(kind: str) -> tuple[str, ...]:
    """The bodies of an organisation of that kind; none for boards and centres."""
    if kind == PARTY_CELL:
        return (CELL,)
    if kind == YOUTH_UNION_BASE:
        return (UNION_EXEC, UNION_BRANCH)
    return (PLENUM, STANDING) if kind in COMMITTEES else ()


def votes_of(body: str) -> tuple[str, ...]:
    """The steps that this body votes on; those of a deciding committee only where the case names the body."""
    deciding = DECIDING_QUOTA if body in DECIDING_QUOTA else {}
    return tuple(
        element
        for element, ballot in BALLOTS.items()
        if ballot.body == body or (ballot.body == DECIDING and body in deciding)
    )


def decides(element: str) -> bool:
    """Is the body of this vote named by the approval chain of the case?"""
    return BALLOTS[element].body == DECIDING


def quota_of(element: str, body: str, edition: Edition) -> Quota:
    """The threshold of a vote of that body, by the edition of the day."""
    ballot = BALLOTS[element]
    return edition.quota(DECIDING_QUOTA[body] if ballot.body == DECIDING else ballot.quota)


def other_ways(element: str) -> tuple[tuple[str, str], ...]:
    """What a meeting may do instead of voting: postpone, return the file, and the like."""
    ballot = BALLOTS[element]
    return tuple(pair for pair in OUTCOMES[element] if pair[0] not in (ballot.carried, ballot.failed))


def outcome_words(element: str, outcome: str | None) -> str:
    """The outcome of a step as the forms say it."""
    return dict(OUTCOMES.get(element, ())).get(outcome or "", "")


def minutes_type(body: str) -> str:
    """The type of paper that the minutes of a body are."""
    return "union_branch_minutes" if body == UNION_BRANCH else "meeting_minutes"


def title_of(body: str, branch: str) -> Text:
    """What the meeting is called."""
    words = Text(BODIES[body])
    return Text("{body} {branch}", body=words, branch=branch) if branch else words
