"""The table of rights that the walk over all routes holds against, and the world in which it walks.

A new permission needs a row in `ALLOWED`, a new number in an address one in `numbers`: the tests say so.
"""

from typing import Any

from sqlalchemy import select, update

from engine.incidents import open_incident
from engine.records import incident
from engine.transactions import Store, Transaction
from tests.web.conftest import HASH
from tests.workflows.builders import BEGINNING, World, build, noon
from web.entry import PUBLIC, SIGNED_IN
from workflows import comments
from workflows.access import glass, mandates
from workflows.access.records import glass as glass_table
from workflows.admission.records import vote
from workflows.bulk.records import batch
from workflows.desk.uploads import keep_upload
from workflows.meetings.records import planned_meeting
from workflows.organisations.changes import found
from workflows.organisations.queries import tree_of
from workflows.own_file import corrections
from workflows.own_file.records import erasure
from workflows.people.records import user_account
from workflows.people.users import add_position, add_user, positions_on
from workflows.reorganisation import drafting
from workflows.schedules.records import duty_done, school_period
from workflows.transfers.custody import hand
from workflows.transfers.possible import BY_NAME
from workflows.transfers.verbs import prepare

# Relation to the case of the world's first student → a user of the world. The order is that of the walk:
# who can end what others rest on comes after them, the student who may leave comes last.
RELATIONS = {
    "glass opened": "glass1",
    "auditor with mandate": "auditor2",
    "auditor": "auditor1",
    "former custodian": "former1",
    "residence, asked for an opinion": "residence1",
    "another school": "stranger1",
    "sibling cell": "other1",
    "own cell": "cell1",
    "deputy of own cell": "deputy1",
    "school union": "union1",
    "school committee": "school1",
    "superior": "commune1",
    "board of the superior": "board1",
    "administrator": "administrator1",
    "other student": "student2",
    "student self": "student1",
}
STUDENTS = {"student self", "other student"}
SEATED = set(RELATIONS) - STUDENTS
AUDITORS = {"auditor", "auditor with mandate"}
CLERKS = SEATED - AUDITORS - {"administrator"}
PARTY = CLERKS - {"school union"}
OWN = {"own cell", "deputy of own cell"}
ABOVE = {"school committee", "superior", "board of the superior"}
CASE = OWN | ABOVE | {"school union"}
SCHOOL = OWN | {"school union", "school committee"}
ADMINISTRATION = {"administrator"}
# Asked for a part of a page whose route asks for something wider.
PARTS_OF_PAGES = {"case.verifications"}
# Asked by the verb: its page is that of all acts of a handover.
PARTS_OF_PAGES |= {"transfer.recall"}
# Permission → who has it, about the first student, the case, its task `assign_helper`, the cell, its rows.
ALLOWED: dict[str, set[str]] = {
    PUBLIC: set(RELATIONS),
    SIGNED_IN: set(RELATIONS),
    "desk.see": SEATED,
    "cases.list": CLERKS,
    "mentees.list": PARTY,
    "rules.list": SEATED,
    "calendar.list": SEATED,
    "calendar.change": ADMINISTRATION,
    "operations.see": ADMINISTRATION,
    "school_years.list": SEATED,
    "school_years.keep": SCHOOL,
    "duties.list": CLERKS,
    "duties.record": OWN,
    "channels.manage": ADMINISTRATION,
    "sandbox.move": ADMINISTRATION,
    "students.list": CLERKS,
    "forecast.list": CLERKS,
    "starting.list": CLERKS,
    "students.import": CLERKS,
    "task.see": OWN | ABOVE,
    "task.complete": OWN,
    "task.confirm": OWN | ABOVE,
    "task.comment": OWN | ABOVE,
    "task.read_texts": OWN,
    "case.see": CASE | {"auditor with mandate", "glass opened"},
    "case.verifications": OWN | ABOVE | {"auditor with mandate", "glass opened"},
    "case.read_texts": OWN | ABOVE | {"auditor with mandate", "glass opened"},
    "case.readings": CASE | {"auditor with mandate"},
    "case.comment": CASE,
    "case.interrupt": OWN | ABOVE,
    "case.helper_lost": OWN,
    "case.extend": {"superior", "board of the superior"},
    "case.grant": ABOVE,
    "vote.correct": OWN | {"school committee", "superior"},
    "student.see": SCHOOL,
    "student.left": SCHOOL,
    "student.reveal": OWN | {"school committee"},
    "student.nominate": SCHOOL,
    "student.account": SCHOOL,
    "consent.withdraw": SCHOOL,
    "pool.propose": SCHOOL,
    "pool.leave": SCHOOL,
    "pool.confirm": OWN,
    "upload.take": SCHOOL,
    "cases.adopt": PARTY,
    "adoption.take": OWN | {"school committee"},
    "bulk.list": CLERKS,
    "bulk.use": {"own cell"},
    "meetings.list": CLERKS,
    "meeting.plan": OWN,
    "meeting.see": OWN | ABOVE,
    "meeting.keep": OWN,
    "meeting.confirm": OWN | ABOVE,
    "organisations.list": CLERKS | ADMINISTRATION,
    "organisation.see": OWN | ABOVE | ADMINISTRATION,
    "organisation.work": OWN | ABOVE,
    "organisation.members": OWN | ABOVE,
    "organisation.change": ADMINISTRATION,
    "reorganisation.list": ADMINISTRATION,
    "reorganisation.see": ADMINISTRATION,
    "reorganisation.plan": ADMINISTRATION,
    "reorganisation.approve": ADMINISTRATION,
    "institutions.list": ADMINISTRATION,
    "institution.change": ADMINISTRATION,
    "users.list": ADMINISTRATION,
    "user.see": ADMINISTRATION,
    "user.manage": ADMINISTRATION,
    "user.seats": ADMINISTRATION,
    "deputies.own": CLERKS | ADMINISTRATION,
    "administration.log": AUDITORS | ADMINISTRATION,
    "mandates.list": PARTY | AUDITORS | ADMINISTRATION,
    "mandate.give": PARTY - {"board of the superior"} | ADMINISTRATION,
    "mandate.end": {"superior"} | ADMINISTRATION,
    "mandated.list": AUDITORS,
    "glass.list": PARTY,
    "glass.open": PARTY,
    "glass.see": OWN | ABOVE | {"glass opened"},
    "glass.end": ABOVE | {"glass opened"},
    "glass.review": ABOVE,
    "transfers.list": PARTY,
    "season.list": PARTY,
    "letters.list": PARTY,
    "season.record": OWN | {"school committee"},
    "transfer.prepare": OWN | ABOVE,
    "transfer.see": OWN | ABOVE,
    "transfer.recall": OWN,
    "transfer.arrival": OWN | ABOVE,
    "transfer.reveal": OWN,
    "portal.declare": ADMINISTRATION,
    "own_file.see": STUDENTS,
    "own_file.ask": STUDENTS,
    "own_file.take_back": {"student self"},
    "own_file.hand_in": set(),  # the task is none of the candidate's; test_own_file.py has one
    "requests.list": CLERKS,
    "correction.decide": SCHOOL,
    "erasure.ask": OWN | {"school committee"},
    "erasure.see": OWN | ABOVE,
    "erasure.decide": {"superior", "board of the superior"},
}
LIST = "Họ và tên,Ngày sinh\nNguyễn Thị Mới,01/02/2008\n".encode()


def build_for_rights(store: Store) -> World:
    """The small world with everybody of the table, a case at `assign_helper`, and one row of everything."""
    made = build(store)
    with store.transaction() as tx:
        _people(tx, made)
        tx.execute(update(user_account).values(password=HASH))
    case_id = made.users["case"] = made.nominate()
    made.until(case_id, "assign_helper")
    with store.transaction() as tx:
        former = made.users["former_cell"]
        for holder in (former, made.cell):
            hand(tx, made.students[0], holder, (case_id,), on=made.today, by=None, now=noon(made.today))
        keep_list(tx, made)
    task = made.task(case_id, "assign_helper")
    with store.transaction() as tx:
        given = {"task_id": task.id, "by": made.users["cell1"], "now": noon(made.today)}
        made.users["comment"] = comments.add(tx, case_id, "Đã hỏi lại.", **given)
        _rows(tx, made, case_id)
    made.users["vote"] = made.rows(select(vote.c.id).where(vote.c.step == "cell_recognition"))[0].id
    return made


def keep_list(tx: Transaction, world: World) -> None:
    """An uploaded list; taken over, it is gone."""
    by, now = world.users["union1"], noon(world.today)
    world.users["upload"] = keep_upload(tx, world.institution, "danh-sach.csv", LIST, by=by, now=now)


def numbers(world: World) -> dict[str, int | str]:
    """What stands in the addresses of the routes."""
    row = world.users
    return {
        "<number:task_id>": world.task(row["case"], "assign_helper").id,
        "<number:case_id>": row["case"],
        "<number:student_id>": world.students[0],
        "<number:vote_id>": row["vote"],
        "<number:cell_id>": world.cell,
        "<number:organisation_id>": world.cell,
        "<number:member_id>": world.members[0],
        "<number:institution_id>": world.institution,
        "<number:period_id>": row["period"],
        "<number:common_id>": row["common_period"],
        "<number:done_id>": row["done"],
        "<number:account_id>": row["cell1"],
        "<number:upload_id>": row["upload"],
        "<number:session_id>": 987654321,
        "<number:notice_id>": 987654321,
        "<number:message_id>": 987654321,
        "<number:comment_id>": row["comment"],
        "<number:batch_id>": row["batch"],
        "<number:meeting_id>": row["meeting"],
        "<number:incident_id>": row["incident"],
        "<number:mandate_id>": row["mandate"],
        "<number:glass_id>": row["glass"],
        "<number:correction_id>": row["correction"],
        "<number:erasure_id>": row["erasure"],
        "<number:plan_id>": row["plan"],
        "<number:change_id>": row["change"],
        "<number:handover_id>": row["handover"],
        f"<any({', '.join(BY_NAME)}):act>": "give_up",
        "<any(found, rename, move, power, merge, split, end):change>": "rename",
        "<any(below, member, position, class, case):kind>": "case",
        "<any(found, rename, move, power, end, code):verb>": "rename",
        "<name>": "2026-07-26",
        "<job>": "timers",
        "<when>": "2026-07-26",
    }


def _people(tx: Transaction, world: World) -> None:
    def cell(name: str) -> int:
        on = {"on": BEGINNING, "by": None, "now": noon(BEGINNING)}
        return found(tx, kind="party_cell", name=name, parent_id=world.commune, **on)  # type: ignore[arg-type]

    world.users["former_cell"] = cell("Chi bộ cũ")
    rows = (
        ("former1", world.users["former_cell"], "secretary"),
        ("residence1", cell("Chi bộ thôn"), "secretary"),
        ("stranger1", cell("Chi bộ trường khác"), "secretary"),
        ("glass1", cell("Chi bộ xa"), "secretary"),
        ("auditor1", world.commune, "auditor"),
        ("auditor2", world.commune, "auditor"),
        ("administrator1", tree_of(tx).ancestors_on(world.commune, BEGINNING)[-1], "administrator"),
    )
    for name, organisation_id, word in rows:
        world.users[name] = add_user(tx, name, name)
        add_position(tx, world.users[name], organisation_id, word, since=BEGINNING)
    held = positions_on(tx, world.users["cell1"], world.today)[0]
    world.users["deputy1"] = add_user(tx, "deputy1", "deputy1")
    add_position(tx, world.users["deputy1"], world.cell, "secretary", since=BEGINNING, deputises_id=held.id)
    for number in (1, 2):
        name = f"student{number}"
        world.users[name] = add_user(tx, name, name, student_id=world.students[number - 1])


def _rows(tx: Transaction, world: World, case_id: int) -> None:
    """A mandate, an emergency, a correction, an erasure, a batch, a meeting, an incident."""
    user, now, on = world.users, noon(world.today), world.today
    days: dict[str, Any] = {"paper_on": on, "since": on, "until": on}
    user["mandate"] = mandates.give(
        tx, world.commune, user["auditor2"], number="1-QĐ", organisations=[world.school],
        by=user["commune1"], now=now, **days,
    )  # fmt: skip
    glass.open_case(
        tx, case_id, "deadline", "Mai hết hạn mà vắng người.",
        by=user["glass1"], organisation_id=positions_on(tx, user["glass1"], on)[0].organisation_id, now=now,
    )  # fmt: skip
    user["glass"] = tx.execute(select(glass_table.c.id)).scalar_one()
    user["correction"] = corrections.ask(
        tx, world.students[0], "class_name", "12A1", "", by=user["student1"], now=now
    )
    asked = {"student_id": world.students[0], "ground": "own_request", "paper": "Đơn"}
    user["erasure"] = tx.insert(erasure, asked | {"asked_by": user["cell1"], "asked_at": now})
    made = {"kind": "nominate", "by": user["cell1"], "state": "draft", "created_at": now, "touched_at": now}
    user["batch"] = tx.insert(batch, made)
    held = {"organisation_id": world.cell, "body": "cell", "branch": "", "kind": "regular", "on_day": on}
    user["meeting"] = tx.insert(planned_meeting, held | {"status": "planned", "recorded_at": now})
    given = {"recorded_at": now, "name": "Học kỳ I", "kind": "term", "year": on.year}
    days = {"first_day": on, "last_day": on}
    user["period"] = tx.insert(school_period, given | days | {"institution_id": world.institution})
    user["common_period"] = tx.insert(school_period, given | days)
    paper = {"on_day": on, "number": "01-BC", "recorded_at": now}
    user["done"] = tx.insert(
        duty_done, paper | {"organisation_id": world.cell, "duty": "plan", "period": str(on.year)}
    )
    user["plan"], user["change"] = _plan(tx, world)
    user["handover"] = _handover(tx, world)
    open_incident(tx, "job", case_id=None, element=None, cause="kiểm thử", now=now)
    user["incident"] = tx.execute(select(incident.c.id)).scalar_one()


def _handover(tx: Transaction, world: World) -> int:
    """The first student is to be handed on, outside of the system; no letter is out."""
    given = {
        "moved_because": "study",
        "moved_on": world.today,
        "addressee": "Đảng ủy nơi khác",
        "on": world.today,
    }
    done = prepare(tx, world.students[0], given, by=world.users["cell1"], now=noon(world.today))
    return done.case.id


def _plan(tx: Transaction, world: World) -> tuple[int, int]:
    """A plan of the root's administrator with a cell that is split."""
    by, now = world.users["administrator1"], noon(world.today)
    paper = {"title": "Sắp xếp", "number": "1-QĐ", "paper_on": world.today, "issuer": "Tỉnh ủy"}
    (root,) = tree_of(tx).children_on(None, world.today)
    plan = drafting.make(tx, root, paper | {"on_day": world.today}, by=by, on=world.today, now=now)
    split = {"organisation": world.cell, "into": [world.other_cell], "stays": True}
    how = {"seats": "follow", "registers": "new"}
    reach = {world.cell, world.other_cell}
    return plan, drafting.add_change(tx, plan, "split", split | how, reach=reach)
