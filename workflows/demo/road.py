"""What people answer at each step of a made-up case: outcome, figures of a vote, what the form needs."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import select

from engine.rows import TaskRow
from engine.transactions import Transaction
from workflows.admission import meetings
from workflows.admission.forms import FORMS
from workflows.admission.records import meeting
from workflows.admission.steps import STEPS
from workflows.admission.votes import BALLOTS
from workflows.demo.stories import Story
from workflows.demo.world import School, World
from workflows.organisations.communes import last_day_of_districts

USUAL = {
    "record_consent": "agreed", "confirm_source": "confirmed", "branch_vote": "carried",
    "union_exec_vote": "carried", "union_follow_up": "again", "cell_recognition": "recognised",
    "class_result": "passed", "file_precheck": "sealed", "committee_precheck": "sealed",
    "union_resolution": "carried", "union_reconsider": "again", "conclude_history": "certified",
    "send_verifications": "sent", "follow_up_verification": "accepted", "weigh_adverse": "accepted",
    "summarise_opinions": "favourable", "weigh_opinions": "accepted", "cell_vote": "carried",
    "after_failed_vote": "again", "check_supplement": "accepted", "section_appraisal": "proposed",
    "committee_resolution": "carried", "board_appraisal": "complete", "admission_decision": "admitted",
    "new_member_class": "passed", "cell_review": "carried", "superior_ruling": "recognise",
    "section_review": "proposed", "committee_review": "carried", "recognition_appraisal": "complete",
    "recognition_decision": "recognised", "notify_refusal": "resubmit", "strike_off_vote": "carried",
    "strike_off_resolution": "carried", "strike_off_decision": "struck_off", "complaint": "waived",
    "settle_complaint": "upheld", "annul_review": "annulled",
}  # fmt: skip
# Where several steps are open, the one to do first: the order of the road, periodic reports last.
ORDER = {element: place for place, element in enumerate(STEPS)} | {"probation_report": len(STEPS)}
# Days that pass before a step is done, where it takes longer than usual.
DAYS = {
    "class_result": (6, 14), "personal_history": (5, 14), "verification_reply": (8, 18),
    "opinion_reply": (2, 6), "cell_vote": (5, 15), "admission_decision": (8, 20),
    "admission_ceremony": (5, 14), "new_member_class": (20, 40), "probation_report": (60, 90),
    "cell_review": (4, 12),
}  # fmt: skip
USUAL_DAYS = (1, 6)


@dataclass
class Walk:
    """One case on its way: its story, the day it has come to, how often each step was done."""

    world: World
    school: School
    student_id: int
    story: Story
    chance: random.Random
    day: date
    case_id: int = 0
    custodian_id: int = 0
    done: dict[str, int] = field(default_factory=dict)

    def word(self, element: str) -> str | None:
        """The outcome that the story has for this time, else the usual one."""
        times = self.done.get(element, 0)
        own = self.story.words.get(element, ())
        if times < len(own):
            return own[times]
        if element == "probation_report":
            return "more" if times < 2 else "final"
        return USUAL.get(element) or _only_outcome(element)

    def next_day(self, element: str) -> date:
        """The day of the step: some days later, never on a weekend."""
        day = self.day + timedelta(days=self.chance.randint(*DAYS.get(element, USUAL_DAYS)))
        return day + timedelta(days=max(0, 7 - day.isoweekday()) + 1 if day.isoweekday() > 5 else 0)


@cache
def _only_outcome(element: str) -> str:
    return str(FORMS[element]().fields["outcome"].load_default)


def answers(tx: Transaction, walk: Walk, task: TaskRow, on: date) -> dict[str, Any]:
    """Answers that are right for the step, as its form takes them."""
    element, word = task.element, walk.word(task.element)
    given: dict[str, Any] = {"outcome": word, "on": on.isoformat()}
    needed = {name for name, words in FORMS[element].needed.items() if word in words}  # type: ignore[attr-defined]
    ballot = BALLOTS.get(element)
    if ballot is not None and word in (ballot.carried, ballot.failed):
        given |= _figures(tx, walk, task, on, carried=word == ballot.carried)
    kind = STEPS[element].paper(word)
    if "number" in needed or kind is not None:
        given["take_number"] = True
    if "reason" in needed:
        given["reason"] = "Đã ghi trong biên bản (minh họa)."
    if "content" in needed:
        given["content"] = "Có nhiều tiến bộ (minh họa)."
    if "items" in needed:
        given["items"] = [{"wanted": "Bản sao giấy khai sinh (minh họa)"}]
    own = _OWN.get(element)
    return given | (own(walk, word or "", on) if own else {})


def _figures(tx: Transaction, walk: Walk, task: TaskRow, on: date, *, carried: bool) -> dict[str, Any]:
    """Everybody present; a vote that carries has at most one against, one that fails too few for it."""
    body = BALLOTS[task.element].body
    if body == "decided_by":
        body = "standing"
    organisation_id = task.organisation_id or walk.custodian_id
    roll = meetings.roll_on(tx, organisation_id, body, on)
    present = roll.members - roll.exempt - roll.away if roll.known else 9
    against = (1 if walk.chance.random() < 0.15 and present > 5 else 0) if carried else present - present // 3
    return {
        "present": present,
        "votes_for": present - against,
        "votes_against": against,
        "invalid": 0,
        "method": "secret",
        "members": None if roll.known else present,
        "meeting_kind": _kind(tx, organisation_id, body, on, present),
    }


def _kind(tx: Transaction, organisation_id: int, body: str, on: date, present: int) -> str:
    """The regular meeting of the day, unless it was written with another attendance: then a second one.

    Somebody may have been recognised since with effect from before that day; the roll is longer then.
    """
    same = meeting.c.organisation_id == organisation_id, meeting.c.body == body, meeting.c.on_day == on
    held = {
        row.kind: row.present for row in tx.execute(select(meeting.c.kind, meeting.c.present).where(*same))
    }
    kinds = ("regular", "thematic", "extraordinary")
    return next((kind for kind in kinds if held.get(kind, present) == present), kinds[-1])


def _helper(walk: Walk, word: str, on: date) -> dict[str, Any]:
    members = walk.school.members[walk.custodian_id]
    since = max(walk.world.today.replace(year=walk.world.today.year - 4), date(2021, 10, 1))
    return {"member_id": walk.chance.choice(members[:7]), "shared_since": since.isoformat()}


def _addresses(walk: Walk, word: str, on: date) -> dict[str, Any]:
    if word not in ("sent", "resent"):
        return {}
    world = walk.world
    standing = world.communes if on > last_day_of_districts() else world.districts
    asked = walk.chance.choice(list(standing.values()) or [world.province_id])
    return {
        "addresses": [
            {"about": "candidate", "organisation_id": asked},
            {"about": "father", "addressee": "Đảng ủy xã Minh họa, tỉnh khác"},
        ]
    }


def _givers(walk: Walk, word: str, on: date) -> dict[str, Any]:
    cells = walk.world.residence_cells[walk.school.commune_code]
    return {
        "givers": [
            {"giver": "union", "organisation_id": walk.school.union_id},
            {"giver": "residence", "organisation_id": walk.chance.choice(cells)},
        ]
    }


def _checked(walk: Walk, word: str, on: date) -> dict[str, Any]:
    first = walk.done.get("verification_reply", 0) == 0
    return {"answer": walk.story.checked if first else "clear"}


def _consent(walk: Walk, word: str, on: date) -> dict[str, Any]:
    return {"parent_on": on.isoformat()} if word == "agreed" and not walk.school.higher else {}


_OWN: Mapping[str, Callable[[Walk, str, date], dict[str, Any]]] = {
    "record_consent": _consent,
    "assign_helper": _helper,
    "replace_helper": _helper,
    "send_verifications": _addresses,
    "follow_up_verification": _addresses,
    "request_opinions": _givers,
    "verification_reply": _checked,
    "opinion_reply": lambda walk, word, on: {"answer": "favourable"},
}
