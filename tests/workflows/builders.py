"""A small world for tests: a commune, one school with its cell, union, board, centre, members and accounts.

Everything is invented. `World.do` completes the open task of a step with answers that are right for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine import cases
from engine.models.store import deploy
from engine.records import task as task_table
from engine.records import timer
from engine.rows import TASK_COLUMNS, CaseRow, Done, TaskRow
from engine.time import VIETNAM
from engine.transactions import Store, Transaction
from workflows.admission import acts
from workflows.admission.forms import FORMS
from workflows.admission.records import body
from workflows.admission.steps import STEPS
from workflows.admission.votes import BALLOTS
from workflows.organisations.changes import found
from workflows.organisations.records import institution
from workflows.people.members import add_member, place_member
from workflows.people.students import add_student
from workflows.people.users import add_position, add_user
from workflows.rules.days_off import seed_calendar
from workflows.transfers import verbs

BPMN = Path(__file__).parents[2] / "bpmn"
BEGINNING = date(2020, 1, 1)
ABLE = "a hash that fits no password"  # an account without a password does not count as staff
FIRST_DAY = date(2025, 8, 18)


def noon(day: date) -> datetime:
    """A moment of that day in Vietnam."""
    return datetime.combine(day, time(12), VIETNAM)


def model_files() -> dict[str, bytes]:
    return {
        path.name: path.read_bytes() for path in sorted(BPMN.iterdir()) if path.suffix in (".bpmn", ".dmn")
    }


@dataclass
class World:
    """Ids of everybody and everything, and the day on which acts are done."""

    store: Store
    shape: str = "under_committee"
    cell: int = 0
    school: int = 0
    commune: int = 0
    board: int = 0
    centre: int = 0
    union: int = 0
    other_cell: int = 0
    section: int = 0
    institution: int = 0
    students: list[int] = field(default_factory=list)
    members: list[int] = field(default_factory=list)
    other_members: list[int] = field(default_factory=list)
    users: dict[str, int] = field(default_factory=dict)
    today: date = FIRST_DAY
    seats: dict[int, str] = field(default_factory=dict)  # another organisation → whose accounts act for it

    # --- reading

    def tasks(self, case_id: int) -> list[TaskRow]:
        with self.store.transaction(writing=False) as tx:
            return cases.open_tasks(tx, case_id)

    def elements(self, case_id: int) -> list[str]:
        return sorted(task.element for task in self.tasks(case_id))

    def task(self, case_id: int, element: str) -> TaskRow:
        found_tasks = [task for task in self.tasks(case_id) if task.element == element]
        assert found_tasks, f"{element} is not open, but {self.elements(case_id)}"
        return found_tasks[0]

    def case(self, case_id: int) -> CaseRow:
        with self.store.transaction(writing=False) as tx:
            return cases.get_case(tx, case_id)

    def rows(self, statement: Any) -> list[Any]:
        with self.store.transaction(writing=False) as tx:
            return list(tx.execute(statement))

    # --- doing

    def pass_days(self, days: int) -> date:
        self.today += timedelta(days=days)
        return self.today

    def nominate(self, student: int = 0) -> int:
        with self.store.transaction() as tx:
            opened = acts.nominate(
                tx, self.students[student], by=self.users["union1"], on=self.today, now=noon(self.today)
            )
        return opened.id

    def person(self, task: TaskRow, number: int = 1) -> int:
        """The first or second account that may do the task."""
        names = {
            self.cell: "cell",
            self.school: "school",
            self.commune: "commune",
            self.board: "board",
            self.centre: "centre",
            self.union: "union",
            self.other_cell: "other",
            self.section: "section",
            **self.seats,
        }
        assert task.organisation_id is not None
        return self.users[f"{names[task.organisation_id]}{number}"]

    def answers(self, element: str, outcome: str | None = None, **more: Any) -> dict[str, Any]:
        return answers_for(self, element, outcome, **more)

    def do(
        self, case_id: int, element: str, outcome: str | None = None, *, confirm: bool = True, **more: Any
    ) -> Done:
        """Complete the (first) open task of a step, by the second person too where one is asked for."""
        return self.do_task(self.task(case_id, element), outcome, confirm=confirm, **more)

    def do_task(
        self, task: TaskRow, outcome: str | None = None, *, confirm: bool = True, **more: Any
    ) -> Done:
        wanted = self.answers(task.element, outcome, **more)
        with self.store.transaction() as tx:
            done = acts.complete(tx, task.id, wanted, by=self.person(task), now=noon(self.today))
        if confirm and done.seq == 0:  # only proposed
            with self.store.transaction() as tx:
                done = acts.confirm(tx, task.id, by=self.person(task, 2), now=noon(self.today))
        return done

    def prepare_handover(self, student: int = 0, **more: Any) -> int:
        """The person is to be handed on, to the other cell where nothing else is said; gives the handover."""
        given = self.answers("prepare_handover", **more)
        with self.store.transaction() as tx:
            holder = verbs.custody.last_step(tx, self.students[student])
            names = {self.cell: "cell1", self.other_cell: "other1"}
            by = self.users[names[holder.organisation_id]]
            done = verbs.prepare(tx, self.students[student], given, by=by, now=noon(self.today))
        return done.case.id

    def hand_over(self, student: int = 0, **more: Any) -> int:
        """Prepared, offered and accepted; gives the handover."""
        handover = self.prepare_handover(student, **more)
        self.do_all(handover, "offer_handover", "answer_handover")
        return handover

    def do_all(self, case_id: int, *steps: str | tuple[str, str]) -> None:
        for step in steps:
            element, outcome = step if isinstance(step, tuple) else (step, None)
            self.do(case_id, element, outcome)

    def fire(self, case_id: int, day: date | None = None) -> int:
        """What the worker does at noon of the day: fire what is due of this case."""
        now = noon(day or self.today)
        with self.store.transaction() as tx:
            due = select(timer.c.id).where(timer.c.case_id == case_id, timer.c.due_at <= now)
            return sum(cases.fire_timer(tx, one, now=now) for one in list(tx.execute(due).scalars()))

    def step(self, case_id: int, open_tasks: list[TaskRow] | None = None) -> None:
        """One step of the straight path, or the next timer where nothing is open."""
        by_element = {task.element: task for task in reversed(open_tasks or self.tasks(case_id))}
        if by_element:
            self.do_task(next(by_element[one] for one in PREFERRED if one in by_element))
        else:
            self._wait(case_id)

    def until(self, case_id: int, element: str) -> None:
        """Walk the straight path until a step is open."""
        for _ in range(80):
            open_tasks = self.tasks(case_id)
            if any(task.element == element for task in open_tasks):
                return
            assert open_tasks or self.case(case_id).closed_on is None, "the case is closed"
            self.step(case_id, open_tasks)
        raise AssertionError(f"{element} was never reached: {self.elements(case_id)}")

    def walk(self, case_id: int) -> CaseRow:
        """Walk the straight path to its end."""
        for _ in range(80):
            open_tasks = self.tasks(case_id)
            if not open_tasks and self.case(case_id).closed_on is not None:
                return self.case(case_id)
            self.step(case_id, open_tasks)
        raise AssertionError(f"no end: {self.elements(case_id)}")

    def _wait(self, case_id: int) -> None:
        """Nothing is open: go to the day on which the next timer fires."""
        with self.store.transaction(writing=False) as tx:
            due = tx.execute(
                select(timer.c.due_at).where(timer.c.case_id == case_id).order_by(timer.c.due_at).limit(1)
            ).scalar_one()
        self.today = max(self.today, due.astimezone(VIETNAM).date())
        assert self.fire(case_id)


# Where several steps are open at once, the one to do first.
PREFERRED = (*(element for element in STEPS if element != "probation_report"), "probation_report")

STRAIGHT = {
    "record_consent": "agreed",
    "confirm_source": "confirmed",
    "branch_vote": "carried",
    "union_exec_vote": "carried",
    "union_follow_up": "again",
    "cell_recognition": "recognised",
    "class_result": "passed",
    "file_precheck": "sealed",
    "committee_precheck": "sealed",
    "union_resolution": "carried",
    "union_reconsider": "again",
    "conclude_history": "certified",
    "send_verifications": "sent",
    "follow_up_verification": "accepted",
    "weigh_adverse": "accepted",
    "summarise_opinions": "favourable",
    "weigh_opinions": "accepted",
    "cell_vote": "carried",
    "after_failed_vote": "again",
    "check_supplement": "accepted",
    "section_appraisal": "proposed",
    "committee_resolution": "carried",
    "board_appraisal": "complete",
    "admission_decision": "admitted",
    "new_member_class": "passed",
    "probation_report": "final",
    "cell_review": "carried",
    "superior_ruling": "recognise",
    "section_review": "proposed",
    "committee_review": "carried",
    "recognition_appraisal": "complete",
    "recognition_decision": "recognised",
    "notify_refusal": "resubmit",
    "strike_off_vote": "carried",
    "strike_off_resolution": "carried",
    "strike_off_decision": "struck_off",
    "complaint": "waived",
    "settle_complaint": "upheld",
    "annul_review": "annulled",
    "prepare_handover": "prepared",
    "offer_handover": "offered",
    "answer_handover": "accepted",
    "confirm_arrival": "arrived",
}
BODIES = {"union_branch": 30, "union_exec": 9, "plenum": 9, "standing": 5}


def answers_for(world: World, element: str, outcome: str | None = None, **more: Any) -> dict[str, Any]:
    """Answers that are right for a step: figures that add up, a reason where one is asked."""
    word = outcome or STRAIGHT.get(element) or FORMS[element]().fields["outcome"].load_default
    given: dict[str, Any] = {"outcome": word, "on": world.today.isoformat()}
    needed = {name for name, words in FORMS[element].needed.items() if word in words}  # type: ignore[attr-defined]
    if element in BALLOTS and word in (BALLOTS[element].carried, BALLOTS[element].failed):
        given |= figures(world, element, carried=word == BALLOTS[element].carried)
    if "number" in needed:
        given["take_number"] = True
    if "reason" in needed:
        given["reason"] = "Đã ghi trong biên bản."
    if "content" in needed:
        given["content"] = "Có nhiều tiến bộ."
    if "items" in needed:
        given["items"] = [{"wanted": "Bản sao giấy khai sinh"}]
    given |= dict(OWN.get(element, lambda _world, _word: {})(world, word))
    return given | more


def figures(world: World, element: str, *, carried: bool) -> dict[str, Any]:
    kind = BALLOTS[element].body
    if kind == "decided_by":  # delegation ended with QĐ 208
        kind = "plenum" if world.shape == "delegated" and world.today < date(2026, 7, 26) else "standing"
    present = 8 if kind == "cell" else BODIES[kind]
    votes_for = present if carried else 1
    return {
        "present": present,
        "votes_for": votes_for,
        "votes_against": present - votes_for,
        "invalid": 0,
        "method": "secret",
        "members": None if kind == "cell" else present,
        "meeting_kind": "regular" if carried else "thematic",
    }


def _addresses(world: World, word: str) -> Mapping[str, Any]:
    if word not in ("sent", "resent"):
        return {}
    return {
        "addresses": [
            {"about": "candidate", "organisation_id": world.commune, "person": "Nguyễn Thị Thử"},
            {"about": "father", "addressee": "Đảng ủy xã Thử Nghiệm, tỉnh khác"},
        ]
    }


OWN: dict[str, Any] = {
    "assign_helper": lambda world, _word: {
        "member_id": world.members[0],
        "shared_since": "2024-01-01",
    },
    "replace_helper": lambda world, _word: {"member_id": world.members[1], "shared_since": "2024-01-01"},
    "send_verifications": _addresses,
    "follow_up_verification": _addresses,
    "request_opinions": lambda world, _word: {
        "givers": [
            {"giver": "union", "organisation_id": world.union},
            {"giver": "residence", "addressee": "Chi bộ thôn Thử Nghiệm"},
        ]
    },
    "verification_reply": lambda _world, _word: {"answer": "clear"},
    "opinion_reply": lambda _world, _word: {"answer": "favourable"},
    "admission_ceremony": lambda world, _word: {},
    "prepare_handover": lambda world, _word: {
        "receiver_id": world.other_cell,
        "moved_because": "graduated",
        "moved_on": world.today.isoformat(),
    },
}


def build(
    store: Store, *, born: date = date(2007, 5, 10), members: int = 8, shape: str = "under_committee"
) -> World:
    """The world on its first day, with two students born on `born`.

    `shape`: what is between the cell and who decides: under_committee, under_section, base_cell (nothing),
    delegated (the school's committee decides itself, with its plenum).
    """
    world = World(store, shape)
    with store.transaction() as tx:
        deploy(tx, model_files())
        seed_calendar(tx, by=None, now=noon(BEGINNING))
        _organisations(tx, world, shape)
        _people(tx, world, born, members)
    return world


def _organisations(tx: Transaction, world: World, shape: str) -> None:
    def add(kind: str, name: str, parent: int | None, decided_by: str | None = None) -> int:
        return found(
            tx,
            kind=kind,
            name=name,
            parent_id=parent,
            on=BEGINNING,
            by=None,
            now=noon(BEGINNING),
            decided_by=decided_by,
        )

    province = add("province_committee", "Tỉnh ủy Thử Nghiệm", None)
    world.commune = add("commune_committee", "Đảng ủy phường Thử Nghiệm", province, "standing")
    world.board = add("party_building_board", "Ban Xây dựng Đảng phường Thử Nghiệm", world.commune)
    world.centre = add("political_centre", "Trung tâm chính trị phường Thử Nghiệm", world.commune)
    power = "plenum" if shape == "delegated" else None
    world.school = add("grassroots_committee", "Đảng ủy Trường THPT Thử Nghiệm", world.commune, power)
    world.union = add("youth_union_base", "Đoàn Trường THPT Thử Nghiệm", world.school)
    world.section = add("section_committee", "Đảng ủy bộ phận Khoa Thử", world.school)
    above = {"under_section": world.section, "base_cell": world.commune}.get(shape, world.school)
    world.cell = add("party_cell", "Chi bộ 1", above)
    world.other_cell = add("party_cell", "Chi bộ 2", world.school)
    world.institution = tx.insert(
        institution,
        {
            "name": "Trường THPT Thử Nghiệm",
            "name_key": "truong thpt thu nghiem",
            "kind": "high_school",
            "party_organisation_id": world.school,
            "union_organisation_id": world.union,
            "cell_id": world.cell,
        },
    )
    for organisation_id, kind in ((world.school, "plenum"), (world.commune, "standing")):
        row = {
            "organisation_id": organisation_id,
            "kind": kind,
            "members": BODIES[kind],
            "valid_from": BEGINNING,
        }
        tx.insert(body, row)


def _people(tx: Transaction, world: World, born: date, members: int) -> None:
    for number in range(members):
        name = f"Đảng Viên {chr(65 + number)}"
        world.members.append(add_member(tx, name, cell_id=world.cell, status="official", since=BEGINNING))
    away = add_member(tx, "Đảng Viên Xa", cell_id=world.cell, status="official", since=BEGINNING)
    place_member(tx, away, cell_id=world.cell, status="away", since=date(2021, 1, 1))
    for number in range(5):
        name = f"Đồng Chí {chr(65 + number)}"
        world.other_members.append(
            add_member(tx, name, cell_id=world.other_cell, status="official", since=BEGINNING)
        )
    for name in ("Nguyễn Văn Thử", "Trần Thị Nghiệm"):
        world.students.append(
            add_student(tx, world.institution, name, born, grade=12, entered_on=date(2022, 9, 5))
        )
    for word, organisation_id, position in (
        ("cell", world.cell, "secretary"),
        ("other", world.other_cell, "secretary"),
        ("section", world.section, "secretary"),
        ("school", world.school, "secretary"),
        ("commune", world.commune, "secretary"),
        ("board", world.board, "officer"),
        ("centre", world.centre, "centre_officer"),
        ("union", world.union, "union_secretary"),
    ):
        for number in (1, 2):
            user = add_user(tx, f"{word}{number}", f"{word} {number}", password=ABLE)
            held = position if number == 1 or position != "secretary" else "deputy_secretary"
            add_position(tx, user, organisation_id, held, since=BEGINNING)
            world.users[f"{word}{number}"] = user


def task_rows(tx: Transaction, case_id: int) -> list[TaskRow]:
    query = select(*TASK_COLUMNS).where(task_table.c.case_id == case_id)
    return [TaskRow(*tuple(row)) for row in tx.execute(query)]
