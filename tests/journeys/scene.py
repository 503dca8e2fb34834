"""The small world with something on every page: cases at several steps, votes to confirm, a pool, files.

`furniture.py` adds what people make through the pages: a mandate, requests, remarks.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select, update

from engine.outbox import tell
from engine.records import outbox
from tests.journeys.furniture import arrange
from tests.web.conftest import HASH
from tests.workflows.builders import BEGINNING, World, build, noon
from workflows.admission.records import vote
from workflows.bulk import choosing, orders, running
from workflows.bulk.answers import Typed
from workflows.desk.uploads import keep_upload
from workflows.meetings import verbs as meetings
from workflows.meetings.rules import Room
from workflows.organisations.queries import tree_of
from workflows.people import pool
from workflows.people.records import user_account
from workflows.people.students import add_student
from workflows.people.users import add_position, add_user
from workflows.reminders import channels
from workflows.reminders.distributing import distribute
from workflows.reminders.raising import remind

LIST = "Họ và tên,Ngày sinh\nNguyễn Thị Mới,01/02/2008\nLỗi Ngày,31/02/2008\n".encode()


@dataclass
class Scene:
    """The world, and a number for each parameter of an address (`case_id`) or a name of its own."""

    world: World
    numbers: dict[str, int] = field(default_factory=dict)


def furnish(store) -> Scene:  # type: ignore[no-untyped-def]
    """Build it; everybody's password is the one of the tests."""
    world = build(store)
    scene = Scene(world, {"cell_id": world.cell, "organisation_id": world.cell, "school": world.school})
    scene.numbers |= {"institution_id": world.institution, "account_id": world.users["cell2"]}
    scene.numbers["student_id"] = world.students[1]
    _people(world)
    _cases(world, scene)
    _meetings(world, scene)
    _batches(world, scene)
    with store.transaction() as tx:
        tx.execute(update(user_account).values(password=HASH))
        scene.numbers["upload_id"] = keep_upload(
            tx, world.institution, "danh-sach.csv", LIST, by=world.users["union1"], now=noon(world.today)
        )
        scene.numbers["leaver"] = add_student(
            tx, world.institution, "Bùi Văn Bảy", date(2007, 5, 10), grade=12
        )
    scene.numbers["leaving"] = world.students[0]
    arrange(world, scene.numbers)
    _notices(world)
    return scene


def _notices(world: World) -> None:
    """What the worker of the night leaves behind: reminders, notices, a mail that was refused."""
    now = noon(world.today)
    with world.store.transaction() as tx:
        channels.declare(tx, channels.CONNECTED, True, by=world.users["administrator1"], now=now)
        waits = {"notices": 3, "tasks": 3, "late": 1}
        tell(tx, "mail:1:1", channels.MAIL, to_user=world.users["cell1"], facts=waits, now=now)
        refused = {"attempts": 2, "retry_at": now, "last_error": "Refused: recipient 550"}
        tx.execute(update(outbox).where(outbox.c.kind == channels.MAIL).values(refused))
    remind(world.store, now)
    distribute(world.store, now)


def _batches(world: World, scene: Scene) -> None:
    """Lists of the union's: a form to fill in, a preview, a report."""
    user, now = world.users["union1"], noon(world.today)
    with world.store.transaction() as tx:  # the only one without a case
        world.students.append(add_student(tx, world.institution, "Phạm Văn Tư", date(2007, 5, 10), grade=12))
    for name, states in (("batch_id", 0), ("previewed", 1), ("reported", 2)):
        with world.store.transaction() as tx:
            chosen = choosing.sort_students(tx, world.students, by=user, on=world.today)
            [(group, rows)] = chosen.groups.items()
            number = scene.numbers[name] = choosing.create(tx, group, rows, by=user, now=now)
            if states:
                orders.fill_in(tx, number, Typed({"on": world.today.isoformat()}), now=now)
        running.advance(world.store, number, now=now, seconds=60)
        if states == 2:
            with world.store.transaction() as tx:
                orders.start(tx, number, 1, now=now)
            running.advance(world.store, number, now=now, seconds=60)


def _people(world: World) -> None:
    with world.store.transaction() as tx:
        for name in ("Lê Thị Ba", "Vũ Thị Năm"):
            world.students.append(add_student(tx, world.institution, name, date(2007, 5, 10), grade=12))
        pool.enter_pool(tx, world.students[0], "Cô giáo Mẫu", on=world.today, by=None, now=noon(world.today))
        root = tree_of(tx).ancestors_on(world.commune, BEGINNING)[-1]
        for word, organisation_id in (("auditor", world.commune), ("administrator", root)):
            world.users[f"{word}1"] = add_user(tx, f"{word}1", f"{word} 1")
            add_position(tx, world.users[f"{word}1"], organisation_id, word, since=BEGINNING)
        world.users["student1"] = add_user(tx, "student1", "Vũ Thị Năm")


def _cases(world: World, scene: Scene) -> None:
    checking = world.nominate(0)
    world.until(checking, "send_verifications")
    voting = world.nominate(1)
    world.until(voting, "cell_vote")
    recognised = world.rows(
        select(vote.c.id).where(vote.c.case_id == voting, vote.c.step == "cell_recognition")
    )
    deciding = world.nominate(2)
    world.until(deciding, "committee_resolution")
    world.do(deciding, "committee_resolution", confirm=False)
    writing = world.nominate(3)
    world.until(writing, "application")
    with world.store.transaction() as tx:
        tx.execute(
            update(user_account)
            .where(user_account.c.username == "student1")
            .values(student_id=world.students[3])
        )
    world.today += timedelta(days=3)
    scene.numbers |= {
        "case_id": voting,
        "checking": checking,
        "deciding": deciding,
        "task_id": world.task(voting, "cell_vote").id,
        "sending": world.task(checking, "send_verifications").id,
        "confirming": world.task(deciding, "committee_resolution").id,
        "writing": world.task(writing, "application").id,
        "vote_id": recognised[0].id,
    }


def _meetings(world: World, scene: Scene) -> None:
    """A meeting held, one vote of it waiting for the second person, and one to come."""
    by, now, case_id = world.users["cell1"], noon(world.today), scene.numbers["case_id"]
    with world.store.transaction() as tx:
        number = meetings.plan(tx, world.cell, "cell", world.today, by=by, now=now, place="Phòng hội đồng")
        meetings.set_agenda(tx, number, [(case_id, "cell_vote")], {}, by=by, now=now)
        coming = meetings.plan(tx, world.cell, "cell", world.today + timedelta(days=9), by=by, now=now)
        kept = meetings.plan(tx, world.school, "plenum", world.today - timedelta(days=3), by=by, now=now)
        seats = Room(members=9, exempt_absent=0, away=0, present=9)
        meetings.hold(tx, kept, {}, seats, by=world.users["school1"], now=now, take_number=True)
    scene.numbers |= {"meeting_id": number, "coming": coming, "held": kept}
