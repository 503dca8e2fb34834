"""Two people at one meeting at the same moment: one attendance, one set of figures for a person."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from engine.errors import Failure
from engine.transactions import Store
from tests.workflows.builders import noon
from tests.workflows.meetings.hall import assemble, meeting_of, plan
from workflows.admission.records import vote
from workflows.meetings import verbs
from workflows.meetings.records import meeting_attendance
from workflows.meetings.voting import WAITS, Cast, Sitting, settle


def test_two_people_who_save_at_once_leave_one_attendance_and_one_vote(store: Store) -> None:
    world, cases = assemble(store, 1)
    number = plan(world, cases)
    task = world.task(cases[0], "cell_vote").id
    start = Barrier(2)

    def save(who: str, absent: int, figures: dict[str, int]) -> str:
        by, now = world.users[who], noon(world.today)
        start.wait(20)
        try:
            with store.transaction() as tx:
                came = {world.members[absent]: "ill"}
                seats = verbs.hold(tx, number, came, None, by=by, now=now, take_number=True)
            with store.transaction() as tx:
                sitting = Sitting(meeting_of(world, number), seats, take_numbers=True)
                cast = Cast(task, "cell_vote", figures)
                return settle(tx, sitting, cast, by=by, now=now, request_key=f"{who}-{task}")
        except Failure as refused:
            return type(refused).__name__

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(save, "cell1", 0, {"votes_for": 7})
        two = pool.submit(save, "cell2", 1, {"votes_for": 6, "votes_against": 1})
        answers = sorted((one.result(60), two.result(60)))
    assert answers == ["InvalidAnswers", WAITS]
    assert len(world.rows(select(vote.c.id).where(vote.c.status == "pending"))) == 1
    rows = world.rows(select(meeting_attendance.c.came).where(meeting_attendance.c.came == "ill"))
    assert len(rows) == 1
    assert meeting_of(world, number).minutes_number == "Số 01-BB/CB"
