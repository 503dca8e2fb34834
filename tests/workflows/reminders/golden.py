"""The words of every message in both languages, as two files that people can read.

`python -m tests.workflows.reminders.golden` writes them anew; a look at the difference is the review.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from web.language import LANGUAGES, say
from web.mail import BODY, SUBJECT
from workflows.admission.registry import build_registry
from workflows.desk.labels import labels
from workflows.organisations.tree import Node, Tree
from workflows.reminders.texts import KINDS
from workflows.reminders.wording import Known, Seen, worded

FOLDER = Path(__file__).with_name("golden")
SCHOOL = Node(1, "party_cell", "Chi bộ 1", date(2020, 1, 1))
# Every fact that a message may name, with a value; a new kind adds what it needs.
FACTS: Mapping[str, Any] = {
    "task": 7,
    "element": "cell_vote",
    "clock": 3,
    "name": "file_expiry",
    "due": "2026-06-30",
    "day": "2026-06-30",
    "meeting_on": "2026-06-30",
    "until": "2026-06-30",
    "days": 7,
    "organisation": 1,
    "student": 5,
    "months": 6,
    "kept": 12,
    "added": 3,
    "count": 4,
    "number": "12-QĐ/TU",
    "on": "2026-06-30",
}
DUTY: Mapping[str, Any] = {"duty": "plan", "period": "2026", "duty_of": 1, "earlier": False}
# What is to be done about somebody now, where it is no step.
NEXT: Mapping[str, Mapping[str, Any]] = {
    "waits": {"waits": "probation_end"},
    "waits for age": {"waits": "of_age"},
    "waits for age, a paper lapses": {"waits": "of_age", "renew": "certificate"},
    "nothing": {},
}


def known(seen: bool) -> Known:
    """A reader who may see the people of the messages, or one who may not."""
    person = Seen("Nguyễn Văn Thử", date(2008, 10, 20))
    names = {4: person, 5: person} if seen else {}
    return Known(names, names, Tree.of([SCHOOL], []), labels(build_registry()))


def lines(language: str) -> list[str]:
    found: list[str] = []
    for word in KINDS:
        found += _lines(language, word, word, FACTS | (DUTY if word.startswith("duty_") else {}))
    for what, facts in NEXT.items():
        found += _lines(language, f"age_before, {what}", "age_before", {"months": 6} | facts)
    figures = {"notices": 3, "count": 3, "tasks": 3, "late": 1, "url": "https://ketnap.tinh.vn"}
    return found + [f"mail: {say(language, text, **figures)}" for text in (SUBJECT, *BODY)]


def _lines(language: str, name: str, kind: str, facts: Mapping[str, Any]) -> Iterator[str]:
    row = SimpleNamespace(kind=kind, case_id=4, facts=facts, at=datetime(2026, 4, 20, 5, tzinfo=UTC))
    for who, seen in (("sees", True), ("does not see", False)):
        yield f"{name} ({who}): {say(language, worded(row, known(seen)))}"


def kept(language: str) -> Path:
    return FOLDER / f"{language}.txt"


if __name__ == "__main__":
    for one in LANGUAGES:
        kept(one).write_text("\n".join(lines(one)) + "\n", encoding="utf-8")
