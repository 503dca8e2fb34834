"""Runs the made-up cases through the engine by the verbs of the admission, day by day of the past.

Nothing is written behind the program's back: every step is an act of somebody who may do it, votes are
confirmed by a second person where there is one, timers fire on their day.
"""

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, select, text, update

import bpmn
from engine import cases
from engine.models.store import deploy
from engine.records import outbox, timer
from engine.rows import TaskRow
from engine.time import VIETNAM
from engine.transactions import Store, Transaction
from workflows.admission import acts
from workflows.admission.records import body
from workflows.admission.steps import STEPS
from workflows.demo.measures import Measures
from workflows.demo.road import ORDER, Walk, answers
from workflows.demo.stories import Story, told
from workflows.demo.world import School, World
from workflows.imports.collecting import put_off
from workflows.organisations.communes import last_day_of_districts
from workflows.people.pool import enter_pool
from workflows.people.records import student
from workflows.rules.days_off import seed_calendar

SEATS = {"plenum": 9, "standing": 5, "union_exec": 9, "union_branch": 30}
SEATS_SINCE = date(2010, 1, 1)
MOST_STEPS = 150
EARLY_MONTHS = 6  # of a story that ends before anybody need be of age
AT_ONCE = 10  # cases in one transaction
NOTICES_OF_DAYS = 14
TO_VOTE_DAYS = 130  # from nomination to the cell's vote, as these cases go


def prepare_admissions(tx: Transaction, world: World) -> None:
    """Models, calendar and the seats of committees: what an admission needs before the first act."""
    deploy(tx, bpmn.files())
    seed_calendar(tx, now=_moment(SEATS_SINCE))
    rows = [(committee, "standing") for committee in [*world.communes.values(), *world.districts.values()]]
    rows += [(school.committee_id, "plenum") for school in world.schools if school.committee_id]
    for school in world.schools:
        rows += [(school.union_id, "union_exec"), (school.union_id, "union_branch")]
    tx.execute(
        insert(body),
        [
            {"organisation_id": own, "kind": kind, "members": SEATS[kind], "valid_from": SEATS_SINCE}
            for own, kind in rows
        ],
    )


def run_cases(
    store: Store,
    world: World,
    chance: random.Random,
    measures: Measures,
    progress: Callable[[str, int, int], None],
) -> None:
    """As many cases as measured, over all stages."""
    wanted = told(measures.cases)
    with store.transaction() as tx:
        if tx.dialect == "sqlite":  # room for the whole province: unlocking a page again and again takes time
            tx.execute(text("PRAGMA cache_size=-65536"))
        candidates = _Candidates(tx, world, chance)
    for start in range(0, len(wanted), AT_ONCE):
        with put_off(), store.transaction() as tx:
            for story in wanted[start : start + AT_ONCE]:
                school, student_id = candidates.take(story)
                begun = _begin_day(world, story, chance)
                own = random.Random(chance.getrandbits(64))  # noqa: S311
                walk = Walk(world, school, student_id, story, own, begun)
                run(tx, walk)
                world.cases.append(walk.case_id)
        progress("Hồ sơ kết nạp", len(world.cases), len(wanted))
    with store.transaction() as tx:
        _forget_old_notices(tx, world)


def _forget_old_notices(tx: Transaction, world: World) -> None:
    """What was told long ago was read long ago: the worker does not begin with a year of notices."""
    before = _moment(world.today - timedelta(days=NOTICES_OF_DAYS))
    old = (outbox.c.sent_at.is_(None), outbox.c.created_at < before)
    tx.execute(update(outbox).where(*old).values(sent_at=outbox.c.created_at))


def fill_pool(tx: Transaction, world: World, chance: random.Random) -> None:
    """One student in twenty of each school stands in the pool, entered by the union or a teacher."""
    for school in world.schools:
        for student_id in school.students[:: max(1, min(20, len(school.students) // 2))]:
            day = world.today - timedelta(days=chance.randint(20, 400))
            proposer: int | str = school.union_secretary_id
            if chance.random() < 0.4:
                proposer = "Giáo viên chủ nhiệm (minh họa)"
            enter_pool(tx, student_id, proposer, on=day, by=school.union_secretary_id, now=_moment(day))
            world.pool.append(student_id)


class _Candidates:
    """Students to tell stories of: of age in time for the vote, or not yet for a while."""

    def __init__(self, tx: Transaction, world: World, chance: random.Random) -> None:
        self.world = world
        rows = tx.execute(select(student.c.id, student.c.birth_date, student.c.grade)).all()
        grade = {row.id: row.grade for row in rows}
        grown: list[tuple[School, int]] = []
        young: list[tuple[School, int]] = []
        self.birthday = {row.id: _eighteenth(row.birth_date) for row in rows}
        for school in world.schools:
            for one in school.students:
                if self.birthday[one] <= world.today - timedelta(days=30):
                    grown.append((school, one))
                elif (grade[one] or 0) >= 11:
                    young.append((school, one))
        chance.shuffle(grown)
        chance.shuffle(young)
        self.grown, self.young, self.taken = grown, young, 0

    def take(self, story: Story) -> tuple[School, int]:
        """Somebody whom the story fits, nobody twice; early stages are mostly told of pupils.

        One story in eight is told of the schools whose accounts are printed, so that these find work.
        """
        self.taken += 1
        today = self.world.today
        if not story.adult:
            return self._first(self.young, lambda birthday: birthday > today + timedelta(days=40))
        if story.months <= EARLY_MONTHS and self.young:
            return self._first(self.young, lambda birthday: True)
        vote = today - timedelta(days=30 * story.months - TO_VOTE_DAYS)
        return self._first(self.grown, lambda birthday: birthday <= vote, higher=story.higher)

    def _first(
        self, of: list[tuple[School, int]], fits: Callable[[date], bool], *, higher: bool = False
    ) -> tuple[School, int]:
        fitting = [
            place
            for place, (school, one) in enumerate(of)
            if fits(self.birthday[one]) and (school.higher or not higher)
        ]
        if self.taken % 8 == 0:
            shown = {self.world.shown_school.institution_id, self.world.shown_university.institution_id}
            fitting = [place for place in fitting if of[place][0].institution_id in shown] or fitting
        return of.pop(fitting[0] if fitting else 0)


def _eighteenth(born: date) -> date:
    return date(born.year + 18, born.month, min(born.day, 28))


def _begin_day(world: World, story: Story, chance: random.Random) -> date:
    day = world.today - timedelta(days=30 * story.months + chance.randint(0, 20))
    return day - timedelta(days=max(0, day.isoweekday() - 5))


def _moment(day: date) -> datetime:
    """Mid-morning of a day in Vietnam."""
    return datetime.combine(day, time(9, 30), VIETNAM)


def run(tx: Transaction, walk: Walk) -> None:
    """Nominate, then do what is open until the story stops, the case ends or today is reached."""
    opened = acts.nominate(
        tx, walk.student_id, by=walk.school.union_secretary_id, on=walk.day, now=_moment(walk.day)
    )
    walk.case_id, walk.custodian_id = opened.id, opened.custodian_id
    for task in _tasks(tx, walk):
        on = walk.next_day(task.element)
        if on > walk.world.today:
            return
        task = _pass_to(tx, walk, task, on)
        if walk.story.leaves.get("at") == task.element:
            _leave(tx, walk, on)
            continue
        _act(tx, walk, task, on)
        walk.done[task.element] = walk.done.get(task.element, 0) + 1
        walk.day = on


def _tasks(tx: Transaction, walk: Walk) -> Iterator[TaskRow]:
    """The task to do next, again and again; waits for timers where nothing else is open."""
    for _ in range(MOST_STEPS):
        open_tasks = cases.open_tasks(tx, walk.case_id)
        if any(task.element == walk.story.stop for task in open_tasks):
            return
        if open_tasks:
            yield min(open_tasks, key=lambda task: (ORDER[task.element], task.id))
        elif not _wait(tx, walk):
            return


def _wait(tx: Transaction, walk: Walk) -> bool:
    """Go to the day of the next timer, if it is not still to come."""
    query = select(timer.c.id, timer.c.due_at).where(timer.c.case_id == walk.case_id)
    found = tx.execute(query.order_by(timer.c.due_at)).first()
    if found is None or found.due_at.astimezone(VIETNAM).date() > walk.world.today:
        return False
    walk.day = max(walk.day, found.due_at.astimezone(VIETNAM).date())
    return cases.fire_timer(tx, found.id, now=_moment(walk.day))


def _pass_to(tx: Transaction, walk: Walk, task: TaskRow, on: date) -> TaskRow:
    """When the districts end, what is open goes to who stands for them."""
    if walk.day <= last_day_of_districts() < on:
        cases.place_tasks(tx, walk.case_id, on=on)
        return next(one for one in cases.open_tasks(tx, walk.case_id) if one.id == task.id)
    return task


def _act(tx: Transaction, walk: Walk, task: TaskRow, on: date) -> None:
    """The step by the first person and, where a vote waits for a second, by another."""
    now = _moment(on)
    people = _people(walk, task)
    done = acts.complete(tx, task.id, answers(tx, walk, task, on), by=people[0], now=now)
    if done.seq == 0 and not done.repeated:
        second = next(one for one in people[1:] if one != people[0])
        acts.confirm(tx, task.id, by=second, now=now + timedelta(minutes=20))


def _people(walk: Walk, task: TaskRow) -> list[int]:
    """Who may do the step: its own positions first, then who confirms; else the cell types the paper."""
    step = STEPS[task.element]
    held = walk.world.users.get(task.organisation_id or 0, {})
    able = [user for word, user in held.items() if word in step.prepare]
    able += [user for word, user in held.items() if word in step.confirm and user not in able]
    return able or list(walk.world.users[walk.custodian_id].values())


def _leave(tx: Transaction, walk: Walk, on: date) -> None:
    reason = walk.story.leaves["reason"]
    secretary = walk.world.user(walk.custodian_id)
    details: dict[str, Any] = {"note": "Minh họa."}
    acts.interrupt(tx, walk.case_id, reason, on=on, by=secretary, now=_moment(on), **details)
    walk.story = Story(walk.story.name, walk.story.share, walk.story.months, words=walk.story.words)
    walk.day = on
