"""Somebody is handed on to where no youth union is entered: the road goes on by its paper, or without one."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, select

from engine.errors import InvalidAnswers
from engine.records import document, outbox
from tests.workflows.builders import ABLE, BEGINNING
from tests.workflows.transfers.town import Town
from workflows.administration.unmanned import raise_unmanned, unmanned
from workflows.admission import guards
from workflows.admission.desk import prepare
from workflows.documents.records import issued_number
from workflows.people.members import roll_on
from workflows.people.records import position
from workflows.people.users import add_position, add_user
from workflows.transfers import verbs

At = Callable[[str], Town]


@pytest.fixture
def there(at: At) -> Town:
    """At the village cell, which has accounts of its own, where the union's resolution is waited for."""
    town = at("helped")
    handover = town.offered(town.home)
    town.do_verb(verbs.accept, handover, "home1", cell_id=town.village)
    with town.store.transaction() as tx:
        for name, word in (("village1", "secretary"), ("village2", "committee_member")):
            town.users[name] = add_user(tx, name, name, password=ABLE)
            add_position(tx, town.users[name], town.village, word, since=BEGINNING)
        own = roll_on(tx, town.village, town.today).official
    town.members = [line.member_id for line in own]
    town.seats = {town.village: "village", town.home: "home", town.province: "province"}
    town.until(town.case_id, "union_resolution")
    return town


def test_what_the_union_of_the_place_resolved_is_typed_with_the_number_of_its_paper(there: Town) -> None:
    assert there.task(there.case_id, "union_resolution").organisation_id == there.village
    with pytest.raises(InvalidAnswers) as refused:
        there.do(there.case_id, "union_resolution", "carried", number=None)
    assert set(refused.value.fields) == {"number"}
    there.do(there.case_id, "union_resolution", "carried", number="7-NQ/ĐTN")
    assert "union_resolution" not in there.elements(there.case_id)
    (paper,) = there.rows(select(document).where(document.c.number == "7-NQ/ĐTN"))
    assert (paper.type, paper.organisation_id) == ("union_resolution", None)
    taken = select(issued_number).where(issued_number.c.organisation_id == there.village)
    assert [row for row in there.rows(taken) if row.type == "union_resolution"] == [], "no number of ours"


def test_where_there_is_no_union_a_second_official_member_introduces(there: Town) -> None:
    with there.store.transaction(writing=False) as tx:
        helper = guards.mentoring.current(tx, there.case_id).member_id
    with pytest.raises(InvalidAnswers) as refused:
        there.do(there.case_id, "union_resolution", "no_union", second_introducer=helper)
    assert set(refused.value.fields) == {"second_introducer"}
    other = next(one for one in there.members if one != helper)
    there.do(there.case_id, "union_resolution", "no_union", second_introducer=other)
    with there.store.transaction(writing=False) as tx:
        case = there.case(there.case_id)
        facts = guards.facts_for_vote(tx, case, there.today)
        against = {one.condition for one in guards.unmet_for_vote(tx, case, there.today)}
    assert not facts.union_exists and "union_resolution" not in against


def test_a_union_that_is_there_is_never_asked_whether_there_is_none(at: At) -> None:
    town = at("helped")
    town.until(town.case_id, "union_resolution")
    with town.store.transaction(writing=False) as tx:
        task = town.task(town.case_id, "union_resolution")
        shown = prepare(tx, task.id, by=town.users["union1"], on=town.today)
    assert "second_introducer" not in shown.form().fields
    with pytest.raises(InvalidAnswers) as refused:
        town.do(town.case_id, "union_resolution", "no_union")
    assert set(refused.value.fields) == {"outcome"}


def test_a_step_that_nobody_may_do_is_told_to_the_administrator(at: At) -> None:
    """Only an administrator sits in the union: so nobody stands in for it, and nobody may vote there."""
    town = at("helped")
    town.until(town.case_id, "union_resolution")
    with town.store.transaction() as tx:
        assert unmanned(tx, town.today) == []
        tx.execute(delete(position).where(position.c.organisation_id == town.union))
        keeper = add_user(tx, "keeper", "keeper", password=ABLE)
        add_position(tx, keeper, town.union, "administrator", since=BEGINNING)
        assert [(one.organisation_id, one.element) for one in unmanned(tx, town.today)] == [
            (town.union, "union_resolution")
        ]
    assert raise_unmanned(town.store, town.now()).items == 1
    assert raise_unmanned(town.store, town.now()).items == 0, "once a month"
    (row,) = town.rows(select(outbox).where(outbox.c.kind == "unmanned"))
    assert row.to_organisation == town.union


def test_whoever_stands_in_for_an_organisation_without_accounts_is_somebody(at: At) -> None:
    town = at("helped")
    handover = town.offered(town.home)
    town.do_verb(verbs.accept, handover, "home1", cell_id=town.village)
    with town.store.transaction(writing=False) as tx:
        assert {task.organisation_id for task in town.tasks(town.case_id)} == {town.village}
        assert unmanned(tx, town.today) == []
