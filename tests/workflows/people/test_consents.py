"""Consent: with a parent's below sixteen, withdrawn at any time, and a "no" that nobody can count."""

from datetime import date

import pytest
from sqlalchemy import select, update

from engine.errors import InvalidAnswers, NotLawful
from engine.transactions import Store
from tests.workflows.people.conftest import NOW
from workflows.demo import School
from workflows.people.consents import (
    ask_later,
    give_consent,
    has_consent,
    record_union_membership,
    withdraw_consent,
)
from workflows.people.records import student


def test_under_sixteen_a_parent_agrees_too(bare_store: Store, school: School) -> None:
    one, day = school.students[0], date(2026, 11, 20)
    with bare_store.transaction() as tx:
        tx.execute(update(student).where(student.c.id == one).values(birth_date=date(2010, 11, 21)))
        with pytest.raises(NotLawful) as refused:
            give_consent(tx, one, "source", on=day, by=1, now=NOW)
        assert refused.value.unmet[0].first_day == date(2026, 11, 21)
        give_consent(tx, one, "source", on=day, by=1, now=NOW, parent_on=day)
        give_consent(tx, one, "union", on=date(2026, 11, 21), by=1, now=NOW)
        assert has_consent(tx, one, "source", day)
        assert not has_consent(tx, one, "union", day)


def test_membership_in_the_union_is_kept_only_with_consent_and_goes_with_it(
    bare_store: Store, school: School
) -> None:
    one, day = school.students[0], date(2026, 11, 20)
    with bare_store.transaction() as tx:
        tx.execute(update(student).where(student.c.id == one).values(birth_date=date(2008, 1, 1)))
        with pytest.raises(NotLawful):
            record_union_membership(tx, one, is_member=True, joined_on=date(2023, 3, 26), on=day)
        give_consent(tx, one, "union", on=day, by=1, now=NOW)
        record_union_membership(tx, one, is_member=True, joined_on=date(2023, 3, 26), on=day)
        row = tx.execute(select(student).where(student.c.id == one)).one()
        assert (row.union_member, row.union_joined_on) == (True, date(2023, 3, 26))
        assert withdraw_consent(tx, one, "union", on=day)
        row = tx.execute(select(student).where(student.c.id == one)).one()
        assert (row.union_member, row.union_joined_on) == (None, None)
        assert not has_consent(tx, one, "union", day)
        assert not withdraw_consent(tx, one, "union", on=day)


def test_a_yes_ends_the_waiting_that_a_no_asked_for(bare_store: Store, school: School) -> None:
    one = school.students[0]
    with bare_store.transaction() as tx:
        tx.execute(update(student).where(student.c.id == one).values(birth_date=date(2008, 1, 1)))
        ask_later(tx, one, again_on=date(2027, 1, 1))
        give_consent(tx, one, "source", on=date(2026, 11, 20), by=1, now=NOW)
        assert tx.execute(select(student.c.ask_again_on).where(student.c.id == one)).scalar() is None


def test_an_unknown_kind_of_consent_is_refused(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx, pytest.raises(InvalidAnswers):
        give_consent(tx, school.students[0], "everything", on=date(2026, 11, 20), by=1, now=NOW)
