"""The words of every message in both languages, as two files that people can read.

`python -m tests.workflows.reminders.golden` writes them anew; a look at the difference is the review.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from web.language import LANGUAGES, say
from web.mail import BODY, SUBJECT
from workflows.admission.registry import build_registry
from workflows.desk.labels import labels
from workflows.organisations.tree import Node, Tree
from workflows.reminders.texts import KINDS
from workflows.reminders.wording import Known, worded

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


def known(seen: bool) -> Known:
    """A reader who may see the people of the messages, or one who may not."""
    names = {4: "Nguyễn Văn Thử", 5: "Nguyễn Văn Thử"} if seen else {}
    return Known(names, names, Tree.of([SCHOOL], []), labels(build_registry()))


def lines(language: str) -> list[str]:
    found = []
    for word in KINDS:
        row = SimpleNamespace(kind=word, case_id=4, facts=FACTS)
        for who, seen in (("sees", True), ("does not see", False)):
            found.append(f"{word} ({who}): {say(language, worded(row, known(seen)))}")
    figures = {"notices": 3, "count": 3, "tasks": 3, "late": 1, "url": "https://ketnap.tinh.vn"}
    return found + [f"mail: {say(language, text, **figures)}" for text in (SUBJECT, *BODY)]


def kept(language: str) -> Path:
    return FOLDER / f"{language}.txt"


if __name__ == "__main__":
    for one in LANGUAGES:
        kept(one).write_text("\n".join(lines(one)) + "\n", encoding="utf-8")
