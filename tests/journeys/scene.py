"""The small world with something on every page: cases at several steps, votes to confirm, a pool, files."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select, update

from tests.web.conftest import HASH
from tests.workflows.builders import BEGINNING, World, build, noon
from workflows.admission.records import vote
from workflows.desk.uploads import keep_upload
from workflows.people import pool
from workflows.people.records import user_account
from workflows.people.students import add_student
from workflows.people.users import add_position, add_user

LIST = "Họ và tên,Ngày sinh\nNguyễn Thị Mới,01/02/2008\nLỗi Ngày,31/02/2008\n".encode()


@dataclass
class Scene:
    """The world, and a number for each parameter of an address (`case_id`) or a name of its own."""

    world: World
    numbers: dict[str, int] = field(default_factory=dict)


def furnish(store) -> Scene:  # type: ignore[no-untyped-def]
    """Build it; everybody's password is the one of the tests."""
    world = build(store)
    scene = Scene(world, {"cell_id": world.cell, "student_id": world.students[1]})
    _people(world)
    _cases(world, scene)
    with store.transaction() as tx:
        tx.execute(update(user_account).values(password=HASH))
        scene.numbers["upload_id"] = keep_upload(
            tx, world.institution, "danh-sach.csv", LIST, by=world.users["union1"], now=noon(world.today)
        )
    return scene


def _people(world: World) -> None:
    with world.store.transaction() as tx:
        third = add_student(tx, world.institution, "Lê Thị Ba", date(2007, 5, 10), grade=12)
        world.students.append(third)
        pool.enter_pool(tx, world.students[0], "Cô giáo Mẫu", on=world.today, by=None, now=noon(world.today))
        for word, organisation_id in (("auditor", world.commune), ("administrator", world.commune)):
            world.users[f"{word}1"] = add_user(tx, f"{word}1", f"{word} 1")
            add_position(tx, world.users[f"{word}1"], organisation_id, word, since=BEGINNING)


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
    world.today += timedelta(days=3)
    scene.numbers |= {
        "case_id": voting,
        "checking": checking,
        "deciding": deciding,
        "task_id": world.task(voting, "cell_vote").id,
        "sending": world.task(checking, "send_verifications").id,
        "confirming": world.task(deciding, "committee_resolution").id,
        "vote_id": recognised[0].id,
    }
