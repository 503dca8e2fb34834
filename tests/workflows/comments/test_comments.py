"""Comments on a case: sealed, told to the log once a day and reader, marked when withdrawn, never deleted."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.errors import Conflict, InvalidAnswers, NotAllowed, NotFound
from engine.records import journal, personal, read_log
from engine.secrets import erase_subject
from engine.transactions import Store
from tests.workflows.builders import World, build, noon
from workflows import comments

WORDS = "Gia đình em mới chuyển nhà, cần hỏi lại địa chỉ."


@pytest.fixture
def world(store: Store) -> World:
    return build(store)


def add(world: World, case_id: int, words: str, by: str = "cell1", **more: object) -> int:
    with world.store.transaction() as tx:
        given = {"task_id": None, "now": noon(world.today), **more}
        return comments.add(tx, case_id, words, by=world.users[by], **given)  # type: ignore[arg-type]


def read(world: World, case_id: int, by: str, **more: object) -> list[comments.Comment]:
    with world.store.transaction() as tx:
        given = {"purpose": "Trao đổi về hồ sơ", "now": noon(world.today), **more}
        return comments.read(tx, case_id, by=world.users[by], **given)  # type: ignore[arg-type]


def test_a_comment_is_sealed_read_with_a_log_once_a_day_and_reader_and_marked_when_withdrawn(
    world: World,
) -> None:
    case_id = world.nominate()
    task = world.task(case_id, "record_consent")
    first = add(world, case_id, f"  {WORDS} ", request_key="một lần")
    assert add(world, case_id, WORDS, request_key="một lần") == first  # sent twice, kept once
    second = add(world, case_id, "Đã gọi điện.", by="union1", task_id=task.id)
    sealed = world.rows(select(personal.c.sealed).where(personal.c.field == f"comment.{first}.text"))
    assert len(sealed) == 1
    assert WORDS.encode() not in sealed[0].sealed
    told = world.rows(select(journal.c.facts).where(journal.c.kind == "comment"))
    assert [row.facts for row in told] == [{"comment": first}, {"comment": second}]

    thread = read(world, case_id, "cell2")
    assert [(one.words, one.who, one.element) for one in thread] == [
        (WORDS, "cell 1", None),
        ("Đã gọi điện.", "union 1", "record_consent"),
    ]
    assert [one.id for one in read(world, case_id, "cell2", task_id=task.id)] == [second]
    log = select(read_log.c.fields).where(read_log.c.by == world.users["cell2"]).order_by(read_log.c.id)
    both = sorted([f"comment.{first}.text", f"comment.{second}.text"])  # as words, whatever the numbers
    assert [row.fields for row in world.rows(log)] == [both]  # nothing new the second time
    third = add(world, case_id, "Hẹn thứ Sáu.")
    read(world, case_id, "cell2")
    assert [row.fields for row in world.rows(log)] == [both, [f"comment.{third}.text"]]
    world.today += timedelta(days=1)
    read(world, case_id, "cell2")
    assert len(world.rows(log)) == 3  # another day is another reading

    with pytest.raises(NotAllowed), world.store.transaction() as tx:
        comments.withdraw(tx, second, by=world.users["cell1"], now=noon(world.today))
    with world.store.transaction() as tx:
        comments.withdraw(tx, second, by=world.users["union1"], now=noon(world.today))
    with pytest.raises(Conflict), world.store.transaction() as tx:
        comments.withdraw(tx, second, by=world.users["union1"], now=noon(world.today))
    withdrawn = {one.id: one for one in read(world, case_id, "cell1")}[second]
    assert withdrawn.withdrawn_at is not None
    assert withdrawn.words == "Đã gọi điện."
    with world.store.transaction(writing=False) as tx:
        assert comments.count_by_case(tx, [case_id, 999]) == {case_id: 2}
        assert comments.count_by_case(tx, []) == {}

    with world.store.transaction() as tx:
        erase_subject(tx, "student", world.students[0], now=noon(world.today))
    assert {one.words for one in read(world, case_id, "cell1")} == {None}


def test_an_empty_or_endless_comment_or_one_about_nothing_is_refused(world: World) -> None:
    case_id = world.nominate()
    for words in (" \n ", "a" * 4001):
        with pytest.raises(InvalidAnswers):
            add(world, case_id, words)
    with pytest.raises(NotFound):
        add(world, 987654, WORDS)
    with pytest.raises(NotFound):  # a task of no case, or of another
        add(world, case_id, WORDS, task_id=987654)
