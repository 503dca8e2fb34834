"""What people of the scene have made through the pages before anybody looks: a mandate, requests, remarks."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Column, Table, func, select

from engine.incidents import open_incident
from engine.records import incident
from tests.web.conftest import Person, make_app
from tests.web.meeting_hand import boxes
from tests.workflows.builders import BEGINNING, World, noon
from workflows.access.records import glass, mandate
from workflows.organisations.changes import found
from workflows.own_file.records import correction, erasure
from workflows.people.members import add_member
from workflows.people.records import member
from workflows.people.students import add_student
from workflows.reorganisation.records import reorganisation, reorganisation_change
from workflows.transfers.custody import take_up
from workflows.transfers.records import handover


class Hands:
    """People of the world at work; each thing they make gives its number."""

    def __init__(self, world: World, numbers: dict[str, int]) -> None:
        self.world, self.numbers = world, numbers
        self.app = make_app(world)
        self.people: dict[str, Person] = {}

    def person(self, username: str) -> Person:
        if username not in self.people:
            self.people[username] = Person(self.app).sign_in(username)
        return self.people[username]

    def send(self, username: str, path: str, answers: Mapping[str, Any], form: str | None = None) -> Person:
        """Open the form, send it with these answers; the page then open is the answer."""
        person = self.person(username)
        person.get(form or path)
        answer = person.post(path, {**boxes(person.page), **answers})
        assert answer.status_code == 200, (path, answer.status_code, person.page[-3000:])
        return person

    def last(self, of: Table | Column[int]) -> int:
        number = of.c.id if isinstance(of, Table) else of
        return int(self.world.rows(select(func.max(number)))[0][0])


def arrange(world: World, numbers: dict[str, int]) -> None:
    hands = Hands(world, numbers)
    for furnish in (_inspection, _requests, _remarks, _trouble, _handovers, _plans):
        furnish(hands)
    numbers["member_id"] = world.rows(select(func.min(member.c.id)))[0][0]


def _inspection(hands: Hands) -> None:
    today = hands.world.today
    days = {"paper_on": today, "since": today, "until": today + timedelta(days=5)}
    given = {
        "giver": str(hands.world.commune),
        "auditor_id": str(hands.world.users["auditor1"]),
        "number": "07-QĐ/UBKT",
        "organisation": str(hands.world.school),
        **{name: f"{day:%d/%m/%Y}" for name, day in days.items()},
    }
    hands.send("commune1", "/mandates/new", given)
    hands.numbers["mandate_id"] = hands.last(mandate)
    asked = {
        "number": str(hands.numbers["case_id"]),
        "cause": "complaint",
        "words": "Có đơn khẩn phải trả lời ngay.",
    }
    hands.send("other1", "/glass/open", asked)
    hands.numbers["glass_id"] = hands.last(glass)


def _requests(hands: Hands) -> None:
    hands.send("student1", "/me/correction", {"field": "class_name", "value": "12A9", "evidence": "Sổ lớp"})
    hands.numbers["correction_id"] = hands.last(correction)
    asked = {"ground": "own_request", "paper": "Đơn ngày 01/08/2025"}
    hands.send("school1", f"/students/{hands.numbers['leaver']}/erase", asked)
    hands.numbers["erasure_id"] = hands.last(erasure)


def _remarks(hands: Hands) -> None:
    hands.send("cell1", f"/cases/{hands.numbers['case_id']}/comments", {"text": "Đã hỏi lại gia đình."})
    hands.send("cell1", f"/tasks/{hands.numbers['task_id']}/comments", {"text": "Chờ đủ người dự họp."})


def _trouble(hands: Hands) -> None:
    with hands.world.store.transaction() as tx:
        open_incident(
            tx, "timer", case_id=None, element=None, cause="Không tính được hạn.", now=noon(hands.world.today)
        )
    hands.numbers["incident_id"] = hands.last(incident)


def _handovers(hands: Hands) -> None:
    """Letters to a cell of the ward without an account: one to be written, one out, one whose member came."""
    world, now = hands.world, noon(hands.world.today)
    checking, writing = (world.students[n] for n in (0, 3))
    with world.store.transaction() as tx:
        on = {"on": BEGINNING, "by": None, "now": noon(BEGINNING)}
        found(tx, kind="party_cell", name="Chi bộ khu phố 3", parent_id=world.commune, **on)  # type: ignore[arg-type]
        gone = add_student(
            tx, world.institution, "Đỗ Thị Sáu", date(2006, 3, 2), grade=12, cell_id=world.cell
        )
        add_member(tx, "Đỗ Thị Sáu", cell_id=world.cell, status="official", since=BEGINNING, student_id=gone)
        take_up(tx, gone, world.cell, on=BEGINNING, now=now)
    day = f"{world.today:%d/%m/%Y}"
    why = {
        "moved_because": "graduated",
        "moved_on": day,
        "receiver": "khu pho 3",
        "term": "lasting",
        "on": day,
    }
    for name, student, writer in (
        ("offering", checking, None),
        ("offered", writing, "school1"),
        ("arrived", gone, "commune1"),
    ):
        hands.send("cell1", f"/students/{student}/transfer", why)
        at = f"/transfers/{hands.last(handover.c.case_id)}"
        hands.numbers[name] = int(at.rpartition("/")[2])
        if writer is not None:
            hands.send(writer, f"{at}/offer", {"on": day, "number": "12-CV/ĐU"})
    for act, number in (("accept", "4-CV/CB"), ("arrive", "5-PB/CB")):
        hands.send("commune1", f"{at}/{act}", {"on": day, "number": number})
    hands.numbers["handover_id"] = hands.numbers["offered"]


def _plans(hands: Hands) -> None:
    """Organisations to be rearranged: a plan being written, one carried out."""
    world, who = hands.world, "administrator1"
    day = f"{world.today:%d/%m/%Y}"
    head = {"number": "12-QĐ/TU", "issuer": "Tỉnh ủy Thử Nghiệm", "paper_on": day, "on_day": day}
    how = {"seats": "follow", "registers": "new"}
    new = {"kind": "party_cell", "parent": "dang uy truong", "decided_by": "none", "regime": "of_the_day"}
    hands.send(who, "/reorganisations/new", head | {"title": "Chia chi bộ, nhập đảng ủy bộ phận"})
    plan = hands.numbers["plan_id"] = hands.last(reorganisation)
    for name in ("Chi bộ Tự nhiên", "Chi bộ Xã hội"):
        hands.send(who, f"/reorganisations/{plan}/add/found", new | {"name": name})
    into = "Chi bộ Tự nhiên\nChi bộ Xã hội"
    hands.send(who, f"/reorganisations/{plan}/add/split", how | {"organisation": "Chi bộ 1", "into": into})
    hands.numbers["change_id"] = hands.last(reorganisation_change)
    gone = {"organisations": "Đảng ủy Trường THPT Thử Nghiệm", "into": "Đảng ủy phường Thử Nghiệm"}
    hands.send(who, f"/reorganisations/{plan}/add/merge", how | gone)
    hands.send(who, "/reorganisations/new", head | {"title": "Đổi tên chi bộ"})
    carried = hands.numbers["carried"] = hands.last(reorganisation)
    renamed = {"organisation": "Chi bộ 2", "name": "Chi bộ 2 (Xã hội)"}
    hands.send(who, f"/reorganisations/{carried}/add/rename", renamed)
    hands.send(who, f"/reorganisations/{carried}/submit", {}, f"/reorganisations/{carried}/preview")
    for step in ("approve", "carry"):
        hands.send(who, f"/reorganisations/{carried}/{step}", {}, f"/reorganisations/{carried}")
