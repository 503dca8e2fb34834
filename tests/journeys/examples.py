"""One real visit, or several, for every GET route: who goes there, to which object of the scene.

A route without an example breaks the build: a new page cannot be forgotten by the looks and language tests.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Flask

from tests.journeys.scene import Scene
from workflows.rules.editions import editions

FILES = {"static", "bootstrap.static"}
_PARAMETER = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")
VERBS = ("found", "rename", "move", "power", "end", "code")
EDITION = editions()[-1].name


@dataclass(frozen=True)
class Visit:
    """`who` goes to the route; `to`: parameter → name of a number of the scene other than its own;
    `words`: what stands in the address where no number does."""

    who: str | None
    query: str = ""
    to: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    status: int = 200


EXAMPLES: dict[str, tuple[Visit, ...]] = {
    "account.sign_in": (Visit(None),),
    "account.password": (Visit("cell1"),),
    "account.health": (Visit(None),),
    "account.show": (Visit("cell1"),),
    "account.code": (Visit(None, status=200),),
    "tasks.home": (Visit("cell1"),),
    "tasks.inbox": (
        Visit("cell1"),
        Visit("commune1", "whose=confirm"),
        Visit("auditor1"),
        Visit("cell2", "q=xyz"),
    ),
    "tasks.show": (
        Visit("cell1"),
        Visit("school1", to={"task_id": "sending"}),
        Visit("board2", to={"task_id": "confirming"}),
    ),
    "texts.of_task": (Visit("cell1"),),
    "texts.of_case": (Visit("cell1"),),
    "bulk.index": (Visit("union1"), Visit("cell2")),
    "bulk.form": (Visit("union1"),),
    "bulk.show": (
        Visit("union1", to={"batch_id": "previewed"}),
        Visit("union1", to={"batch_id": "reported"}),
    ),
    "cases.index": (Visit("cell1"), Visit("board1", "state=all")),
    "cases.show": (Visit("cell1"), Visit("school1", to={"case_id": "checking"}), Visit("union1")),
    "cases.road": (Visit("cell1"),),
    "cases.export": (Visit("cell1"),),
    "dossier.show": (Visit("cell1"),),
    "readings.of_case": (Visit("cell1"),),
    "comments.of_case": (Visit("cell1"),),
    "comments.of_task": (Visit("cell1"),),
    "transfers.index": (Visit("cell1"), Visit("commune1", "side=in"), Visit("cell1", "q=khong-co")),
    "transfers.export": (Visit("cell1"),),
    "transfers.show": (
        Visit("cell1"),
        Visit("school1", to={"handover_id": "offering"}),
        Visit("commune1", to={"handover_id": "offered"}),
    ),
    "transfers.beginning": (Visit("cell1"),),
    "transfers.asking": (
        Visit("school1", to={"handover_id": "offering"}, words={"act": "offer"}),
        Visit("commune1", to={"handover_id": "offered"}, words={"act": "accept"}),
        Visit("commune1", to={"handover_id": "offered"}, words={"act": "forward"}),
        Visit("cell1", to={"handover_id": "offered"}, words={"act": "recall"}),
    ),
    "transfers.paper": (
        Visit("school1", to={"handover_id": "offering"}),
        Visit("commune1", to={"handover_id": "offered"}),
    ),
    "transfers.granting": (Visit("commune1", to={"handover_id": "offering"}),),
    "transfers.notice": (Visit("cell1", to={"handover_id": "arrived"}),),
    "transfers.arriving": (Visit("cell1"), Visit("school1", to={"organisation_id": "school"})),
    "transfers.tying": (Visit("cell1"),),
    "transfers.portal_periods": (Visit("administrator1"),),
    "ready_letters.index": (
        Visit("cell1"),
        Visit("commune1"),
        Visit("cell1", "state=printed"),
        Visit("cell1", "q=khong-co"),
    ),
    "season.index": (
        Visit("cell1"),
        Visit("commune1"),
        Visit("cell1", "state=late"),
        Visit("cell1", "q=khong-co"),
    ),
    "season.export": (Visit("cell1"),),
    "season.people": (Visit("cell1"), Visit("commune1", "state=waiting"), Visit("cell1", "q=khong-co")),
    "season.people_sheet": (Visit("cell1"),),
    "season.destination": (Visit("cell1"), Visit("cell1", to={"student_id": "leaving"})),
    "season.board": (
        Visit("cell1"),
        Visit("commune1", "side=in"),
        Visit("commune1", "side=over&by=sender"),
        Visit("board1"),
    ),
    "season.board_sheet": (Visit("cell1"),),
    "season.handed": (
        Visit("cell1"),
        Visit("commune1", "side=over&what=offered"),
        Visit("cell1", "what=unhelped"),
    ),
    "season.handed_sheet": (Visit("cell1"),),
    "season.too_young": (Visit("cell1"), Visit("commune1"), Visit("cell1", "group=never")),
    "season.too_young_sheet": (Visit("cell1"),),
    "search.find": (Visit("cell1", "q=thu"), Visit("cell1", "q=khong co ai")),
    "tasks.export": (Visit("cell1"),),
    "mandates.index": (Visit("commune1"), Visit("auditor1"), Visit("cell1")),
    "mandates.new": (Visit("commune1"),),
    "mandates.cases": (Visit("auditor1"),),
    "glass.index": (Visit("other1"), Visit("commune1")),
    "glass.ask": (Visit("other1"),),
    "glass.show": (Visit("other1"), Visit("school1")),
    "own_file.show": (Visit("student1"),),
    "outlook.of_student": (Visit("union1"), Visit("union1", "meeting=2026-06-05")),
    "outlook.of_case": (Visit("cell1"), Visit("school1", to={"case_id": "checking"})),
    "outlook.paper": (Visit("union1"),),
    "outlook.own": (Visit("student1"),),
    "starting.index": (Visit("cell1"), Visit("union1"), Visit("centre1"), Visit("commune1", "month=2026-06")),
    "starting.export": (Visit("cell1"),),
    "own_file.correction": (Visit("student1"),),
    "own_file.leave_form": (Visit("student1"),),
    "own_file.paper": (Visit("student1", to={"task_id": "writing"}),),
    "requests.index": (Visit("school1"), Visit("cell1")),
    "requests.correction": (Visit("school1"),),
    "requests.erasure": (Visit("school1"), Visit("commune1")),
    "requests.erase_form": (Visit("school1", to={"student_id": "leaver"}),),
    "requests.account": (Visit("school1"),),
    "requests.consents": (Visit("school1"),),
    "second_factor.show": (Visit("cell1"),),
    "mentees.index": (Visit("cell1"),),
    "rules.index": (Visit("cell1"),),
    "rules.show": (Visit("cell1", words={"name": EDITION}),),
    "rules.compare": (Visit("cell1"),),
    "calendar.index": (Visit("cell1"), Visit("administrator1")),
    "calendar.change": (Visit("administrator1"),),
    "school_years.index": (Visit("cell1"), Visit("administrator1", "q=khong-co")),
    "school_years.show": (Visit("cell1"), Visit("administrator1")),
    "school_years.common": (Visit("administrator1"),),
    "school_years.period": (Visit("cell1"),),
    "school_years.common_period": (Visit("administrator1"),),
    "regular_days.show": (Visit("cell1"), Visit("school1", to={"organisation_id": "school"})),
    "duties.index": (Visit("cell1"), Visit("commune1", "when=before")),
    "duties.show": (Visit("cell1"), Visit("school1", to={"organisation_id": "school"})),
    "operations.index": (Visit("administrator1"),),
    "sandbox.index": (Visit("administrator1"),),
    "sandbox.lived": (Visit("administrator1", words={"when": "2026-09-01"}),),
    "operations.incident": (Visit("administrator1"),),
    "jobs.index": (Visit("administrator1"),),
    "jobs.show": (Visit("administrator1", words={"job": "timers"}),),
    "channels.index": (Visit("administrator1"),),
    "notices.index": (Visit("cell1"), Visit("cell1", "state=all"), Visit("student1")),
    "meetings.index": (Visit("cell1"), Visit("union1"), Visit("school2")),
    "meetings.planning": (Visit("cell1"),),
    "meetings.show": (
        Visit("cell1"),
        Visit("cell1", to={"meeting_id": "coming"}),
        Visit("school2", to={"meeting_id": "held"}),
    ),
    "meetings.changing": (Visit("cell1", to={"meeting_id": "coming"}),),
    "meetings.paper_agenda": (Visit("cell1"),),
    "meetings.paper_minutes": (Visit("cell1"), Visit("school2", to={"meeting_id": "held"})),
    "meetings.paper_resolutions": (Visit("cell1"), Visit("school2", to={"meeting_id": "held"})),
    "meeting_votes.record": (Visit("cell1"),),
    "meeting_votes.confirmation": (Visit("cell2"), Visit("school2", to={"meeting_id": "held"})),
    "administration.entries": (Visit("administrator1"),),
    "deputies.index": (Visit("cell1"),),
    "institutions.index": (Visit("administrator1"),),
    "institutions.editing": (Visit("administrator1"),),
    "institutions.adding": (Visit("administrator1"),),
    "organisations.index": (Visit("administrator1"), Visit("cell1")),
    "organisations.show": (Visit("administrator1"), Visit("cell1")),
    "reorganisation.index": (Visit("administrator1"), Visit("administrator1", "state=done")),
    "reorganisation.new": (Visit("administrator1"),),
    "reorganisation.show": (
        Visit("administrator1"),
        Visit("administrator1", to={"plan_id": "carried"}),
    ),
    "reorganisation.head": (Visit("administrator1"),),
    "reorganisation.adding": tuple(
        Visit("administrator1", words={"change": verb})
        for verb in ("found", "rename", "move", "power", "merge", "split", "end")
    ),
    "reorganisation.lists": tuple(
        Visit("administrator1", words={"kind": kind})
        for kind in ("below", "member", "position", "class", "case")
    ),
    "reorganisation.preview": (Visit("administrator1"),),
    "reorganisation.report": (Visit("administrator1", to={"plan_id": "carried"}),),
    "tree.form": tuple(Visit("administrator1", words={"verb": verb}) for verb in VERBS),
    "rolls.show": (Visit("cell1"), Visit("school1")),
    "rolls.changing": (Visit("cell1"),),
    "rolls.enrolling": (Visit("cell1"),),
    "rolls.sizing": (Visit("school1", to={"organisation_id": "school"}),),
    "users.opening": (Visit("administrator1"),),
    "users.index": (Visit("administrator1"),),
    "users.show": (Visit("administrator1"),),
    "students.index": (Visit("union1"), Visit("cell1", "q=xyz")),
    "students.export": (Visit("cell1"),),
    "students.show": (Visit("cell1"),),
    "forecast.index": (
        Visit("cell1"),
        Visit("union1", "class=12A1&followed=followed&horizon=12"),
        Visit("commune1", "where=below"),
    ),
    "forecast.chart": (Visit("cell1", "part=vote"),),
    "forecast.export": (Visit("cell1"),),
    "forecast.people": (Visit("cell1", "what=of_age"), Visit("commune1", "where=below&what=vote_before")),
    "forecast.people_sheet": (Visit("cell1", "what=of_age"),),
    "pool.index": (Visit("union1"),),
    "pool.confirmation": (Visit("cell1"),),
    "imports.start": (Visit("union1"),),
    "imports.report": (Visit("union1"),),
    "adoption.start": (Visit("cell1"),),
    "cases.interruption": (Visit("cell1"),),
    "cases.helper_lost": (Visit("cell1"),),
    "cases.drawing": (Visit("cell1"),),
    "imports.errors": (Visit("union1"),),
    "adoption.report": (Visit("cell1"),),
    "adoption.template": (Visit("cell1"),),
    "remedies.correction": (Visit("cell2"),),
    "remedies.granting": (Visit("commune1", to={"case_id": "deciding"}),),
    "remedies.extension": (Visit("board1", to={"case_id": "deciding"}),),
}


def visits(app: Flask, scene: Scene) -> Iterator[tuple[str, str | None, str, int]]:
    """(endpoint, who, address, status) of every example."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        if rule.endpoint in FILES or "GET" not in (rule.methods or ()):
            continue
        for visit in EXAMPLES.get(rule.endpoint, ()):
            path = _PARAMETER.sub(lambda one, visit=visit: _said(scene, visit, one[1]), rule.rule)  # type: ignore[misc]
            yield rule.endpoint, visit.who, f"{path}?{visit.query}" if visit.query else path, visit.status


def _said(scene: Scene, visit: Visit, name: str) -> str:
    return visit.words.get(name) or str(scene.numbers[visit.to.get(name, name)])


def is_page(endpoint: str, path: str) -> bool:
    """False for what a browser keeps as a file or reads as data."""
    return endpoint != "account.health" and not path.partition("?")[0].endswith((".xlsx", ".svg"))


def without_example(app: Flask) -> list[str]:
    gets = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return sorted(gets - FILES - set(EXAMPLES))
