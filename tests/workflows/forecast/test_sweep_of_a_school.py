"""The sweep over a made-up province: what it says of a person is what the person's own page says."""

from collections import Counter
from datetime import datetime, time

import pytest
from sqlalchemy import select, update

from engine.time import VIETNAM
from engine.transactions import Store, Transaction
from workflows.access.seats import acting_for
from workflows.demo import World
from workflows.demo.small import TODAY, small_world
from workflows.forecast import figures
from workflows.forecast.figures import BELOW, OWN, Wanted
from workflows.forecast.look import Subject, looks, subjects
from workflows.forecast.months import CASE, POOL, ROLL, WHATS, Figures, Foreseen
from workflows.forecast.names import names
from workflows.forecast.queries import foreseen, sweep_of
from workflows.forecast.reckoning import figures_of_all, reckon
from workflows.forecast.records import forecast_figures
from workflows.people.records import consent, pool_entry, student

NOW = datetime.combine(TODAY, time(3), VIETNAM)


@pytest.fixture
def world(store: Store) -> World:
    return small_world(store, cases=True)


def everybody(tx: Transaction) -> dict[int, Foreseen]:
    return {one.student_id: one for one in foreseen(tx, sweep_of(tx, TODAY))}


def test_the_sweep_the_page_of_a_person_and_the_kept_figures_agree(store: Store, world: World) -> None:
    with store.transaction(writing=False) as tx:
        found = everybody(tx)
        _each_as_on_the_own_page(tx, found)
        whole = figures_of_all(tx, TODAY)
        _names_are_behind_the_figures(tx, world, found)
    assert whole is not None
    assert sum(one.students for one in whole.values()) == len(found) == len(world.students)
    assert reckon(store, NOW).items == len(found)
    assert reckon(store, NOW).items == len(found)  # once more: the same rows, not twice as many
    with store.transaction(writing=False) as tx:
        kept = {
            (row.institution_id, row.cell_id): Figures.read(row)
            for row in tx.execute(select(forecast_figures))
        }
        assert kept == whole
        _a_superior_reads_them(tx, world, whole)
    _of_whom_the_school_knows_no_file(store, world, found)


def _each_as_on_the_own_page(tx: Transaction, found: dict[int, Foreseen]) -> None:
    """`looks` is what the page of one person shows: another way through the same rules."""
    people = [Subject(*tuple(row)) for row in tx.execute(subjects().where(student.c.left_on.is_(None)))]
    assert {one.student_id for one in people} == set(found)
    told = Counter(one.followed for one in found.values())
    assert told[ROLL] > 0 and told[POOL] > 0 and told[CASE] > 0
    planned = 0
    for look in looks(tx, people, TODAY):
        one = found[look.of.student_id]
        assert one.graduates_on == look.seen.graduation_on
        if one.followed == ROLL:
            assert one[5:] == (one.of_age_on, one.graduates_on, None, None, None, None)
        elif look.plan is not None:
            planned += 1
            assert one.vote_on == look.plan.reachable, look.of.student_id
        else:
            assert one.vote_on is None
    assert planned > 5


def _names_are_behind_the_figures(tx: Transaction, world: World, found: dict[int, Foreseen]) -> None:
    school = world.shown_university
    seats = acting_for(tx, world.users[school.committee_id or school.cell_id]["secretary"], TODAY)
    reach = figures.reach_of(tx, seats, TODAY)
    wanted = Wanted().within(reach)
    forecast = figures.of_own(tx, reach, wanted, TODAY)
    assert wanted.where == OWN and forecast.figures.students == len(school.students)
    counted = 0
    for what in WHATS:
        lines = names(tx, reach, Wanted(where=OWN, what=what, horizon=48), TODAY)
        whole = sum(count for (name, _month), count in forecast.figures.counts.items() if name == what)
        assert len(lines) <= whole
        assert {line.student_id for line in lines} <= set(school.students)
        assert [line.day for line in lines] == sorted(line.day for line in lines)
        assert all(WHATS[what].day(found[line.student_id]) == line.day for line in lines)
        counted += len(lines)
    assert counted > 0


def _a_superior_reads_them(tx: Transaction, world: World, whole: dict[object, Figures]) -> None:
    seats = acting_for(tx, world.user(world.province_id), TODAY)
    reach = figures.reach_of(tx, seats, TODAY)
    assert not reach.own
    forecast = figures.of_below(tx, reach, Wanted().within(reach), TODAY)
    assert forecast.figures.students == len(world.students)
    assert len(forecast.schools) == len(world.schools)
    communes = figures.by_commune(forecast)
    assert sum(group.figures.cases for group in communes) == forecast.figures.cases
    one = forecast.schools[0]
    alone = figures.of_below(tx, reach, Wanted(where=BELOW, school=one.institution_id), TODAY)
    assert alone.figures == one.figures
    cell = acting_for(tx, world.users[world.shown_university.cells[0]]["secretary"], TODAY)
    below_cell = figures.of_below(tx, figures.reach_of(tx, cell, TODAY), Wanted(where=BELOW), TODAY)
    assert below_cell.figures.students < forecast.figures.students


def _of_whom_the_school_knows_no_file(store: Store, world: World, found: dict[int, Foreseen]) -> None:
    """Who took the yes back, and whose file another organisation keeps, is seen by the roll alone."""
    with store.transaction() as tx:
        agreed = set(tx.execute(select(consent.c.student_id).where(consent.c.kind == "political")).scalars())
        in_pool = set(
            tx.execute(select(pool_entry.c.student_id).where(pool_entry.c.left_on.is_(None))).scalars()
        )
        followed = sorted(one for one in agreed if found[one].followed == CASE)
        silent, moved = sorted(followed, key=lambda one: one in in_pool)[:: len(followed) - 1]
        assert moved in in_pool  # even so
        tx.execute(update(consent).where(consent.c.student_id == silent).values(withdrawn_on=TODAY))
        cell = next(iter(world.residence_cells.values()))[0]
        tx.execute(update(student).where(student.c.id == moved).values(cell_id=cell))
        now = everybody(tx)
        for one in (silent, moved):
            assert (now[one].followed, now[one].case_id) == (ROLL, None)
            assert now[one][7:] == (None, None, None, None)
            assert now[one].graduates_on == found[one].graduates_on
