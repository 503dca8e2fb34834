"""Letters drawn beforehand: each once, sealed, in the list of who wrote it; a broken one stops no other."""

from typing import Any

import pytest
from sqlalchemy import select

from engine.records import incident, personal, read_log
from engine.transactions import Transaction
from tests.workflows.transfers.town import Town
from workflows.season import letters
from workflows.season.records import ready_letter
from workflows.transfers import verbs
from workflows.transfers.papers import Letter


def text(letter: Letter, _both: Any) -> str:
    return f"{letter.paper.title} {letter.number} {letter.receiver} {letter.person.given_name}"


def draw(town: Town, how: Any = text) -> Any:
    return letters.draw_letters(town.store, town.now(), how)


def listed(town: Town, *mine: int, state: str = letters.WAITING) -> list[letters.Ready]:
    with town.store.transaction(writing=False) as tx:
        return letters.ready(tx, mine, state)


def writer(town: Town) -> int:
    return int(town.rows(select(ready_letter.c.organisation_id))[0][0])


def two_offered(town: Town) -> tuple[int, int]:
    first = town.offered(town.home)
    with town.store.transaction() as tx:
        said = {
            "on": town.today,
            "moved_because": "graduated",
            "moved_on": town.today,
            "receiver_id": town.home,
        }
        who = town.users["cell1"]
        done = verbs.prepare(tx, town.extra["member"], said, by=who, now=town.now())
    town.offer(done.case.id)
    return first, done.case.id


def test_each_letter_is_drawn_once_and_listed_for_who_wrote_it_alone(town: Town) -> None:
    two_offered(town)
    assert draw(town).items == 2 and draw(town).items == 0
    mine = {row.organisation_id for row in town.rows(select(ready_letter))}
    assert len(listed(town, *mine)) == 2 and not listed(town, town.home)


def test_what_was_drawn_is_sealed_and_opening_it_is_kept_with_name_and_purpose(town: Town) -> None:
    town.offered(town.home)
    draw(town)
    sealed = town.rows(select(personal.c.sealed).where(personal.c.field.like("letter.%")))
    assert len(sealed) == 1 and "Thử".encode() not in sealed[0].sealed
    reader = town.users["cell1"]
    with town.store.transaction() as tx:
        [line] = letters.ready(tx, [writer(town)])
        found = letters.texts(tx, [line], by=reader, now=town.now())
    assert "Thử" in found[line.offer_id]
    kept = town.rows(select(read_log).where(read_log.c.purpose == letters.PURPOSE))
    assert [(row.by, row.subject_id) for row in kept] == [(reader, town.students[0])]


def test_a_broken_letter_is_told_to_the_operator_and_stops_no_other(town: Town) -> None:
    two_offered(town)
    broken = town.students[0]

    def fail(letter: Letter, both: Any) -> str:
        if both.row.student_id == broken:
            raise ZeroDivisionError
        return text(letter, both)

    done = draw(town, fail)
    assert (done.items, done.failed) == (1, 1)
    assert [row.element for row in town.rows(select(incident))] == [letters.JOB]
    assert draw(town).items == 1, "mended, it is drawn"


def test_a_process_that_dies_while_drawing_leaves_all_to_be_drawn(town: Town) -> None:
    two_offered(town)
    seen: list[int] = []

    def die(_letter: Letter, both: Any) -> str:
        seen.append(both.row.student_id)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return ""

    with pytest.raises(KeyboardInterrupt):
        draw(town, die)
    with town.store.transaction(writing=False) as tx:
        left = letters.left_to_draw(tx, town.now())
    rows = town.rows(select(ready_letter))
    assert left + len(rows) == 2 and draw(town).items == left


def test_a_letter_that_was_taken_back_waits_no_more_to_be_printed(town: Town) -> None:
    number = town.offered(town.home)
    draw(town)
    mine = writer(town)
    with town.store.transaction() as tx:
        taken_back = {"reason": "Gửi nhầm", "on": town.today}
        verbs.recall(tx, number, taken_back, by=town.users["cell1"], now=town.now())
    assert listed(town, mine) == []


def test_a_printed_letter_leaves_the_list_and_says_when(town: Town) -> None:
    town.offered(town.home)
    draw(town)
    mine, who = writer(town), town.users["cell1"]

    def mark(tx: Transaction) -> int:
        lines = letters.chosen(tx, [mine], [row.offer_id for row in town.rows(select(ready_letter))])
        return letters.mark_printed(tx, lines, by=who, now=town.now())

    for expected in (1, 0):
        with town.store.transaction() as tx:
            assert mark(tx) == expected
    assert listed(town, mine) == []
    [line] = listed(town, mine, state=letters.PRINTED)
    assert line.printed_at == town.now()
