"""Numbers run per organisation, term and symbol; nobody gets one twice; gaps are seen."""

import threading
from datetime import date

import pytest

from engine.errors import Conflict, InvalidAnswers
from engine.transactions import Store, Transaction
from tests.workflows.people.conftest import NOW
from workflows.demo import School
from workflows.documents.catalogue import issuers
from workflows.documents.records import numbering
from workflows.documents.registers import Numbered, gaps, next_number, number_text
from workflows.documents.terms import open_term, term_on

DAY = date(2026, 11, 20)


def _take(tx: Transaction, organisation_id: int, type: str, wanted: str | None = None) -> Numbered:
    return next_number(tx, organisation_id, None, type, on=DAY, by=1, now=NOW, wanted=wanted)


def test_a_number_has_two_digits_and_the_sign_of_its_issuer(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        assert _take(tx, school.cell_id, "cell_resolution").text == "Số 01-NQ/CB"
        assert _take(tx, school.cell_id, "cell_recognition").text == "Số 02-NQ/CB"
        assert _take(tx, school.cell_id, "meeting_minutes").text == "Số 01-BB/CB"
        assert _take(tx, school.deciding_id, "admission_decision").text == "Số 01-QĐ/ĐU"
        assert _take(tx, school.union_id, "union_resolution").text == "Số 01-NQ/ĐTN"
    assert number_text(128, "QĐ", "ĐU") == "Số 128-QĐ/ĐU"


def test_an_office_may_have_its_own_sign(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        tx.insert(numbering, {"organisation_id": school.cell_id, "sign": "CB.THPT"})
        assert _take(tx, school.cell_id, "NQ").text == "Số 01-NQ/CB.THPT"


def test_a_new_term_counts_from_one_again_and_the_old_term_goes_on(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        old = open_term(tx, school.cell_id, "2022-2025", valid_from=date(2022, 5, 1))
        assert _take(tx, school.cell_id, "NQ").number == 1
        new = open_term(tx, school.cell_id, "2025-2028", valid_from=date(2025, 5, 1))
        assert (term_on(tx, school.cell_id, date(2025, 4, 30)), term_on(tx, school.cell_id, DAY)) == (
            old,
            new,
        )
        assert _take(tx, school.cell_id, "NQ").number == 1
        late = next_number(tx, school.cell_id, None, "NQ", on=date(2025, 4, 1), by=1, now=NOW)
        assert (late.term_id, late.number) == (old, 2)
        with pytest.raises(InvalidAnswers):
            open_term(tx, school.cell_id, "2024-2027", valid_from=date(2024, 5, 1))


@pytest.mark.parametrize("typed", ["7", "07", "Số 07-NQ/CB", "số: 7 - NQ/CB", "07/NQ", "7/NQ-CB"])
def test_a_number_on_paper_is_kept_however_it_is_typed(bare_store: Store, school: School, typed: str) -> None:
    with bare_store.transaction() as tx:
        taken = _take(tx, school.cell_id, "NQ", typed)
        assert (taken.number, taken.manual, taken.text) == (7, True, "Số 07-NQ/CB")
        assert _take(tx, school.cell_id, "NQ").number == 8


def test_a_letter_after_the_number_makes_it_another_one(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        _take(tx, school.cell_id, "NQ", "5")
        assert _take(tx, school.cell_id, "NQ", "5a").text == "Số 05a-NQ/CB"


def test_a_number_is_given_once(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        _take(tx, school.cell_id, "NQ", "3")
        with pytest.raises(Conflict, match="Số 03-NQ/CB"):
            _take(tx, school.cell_id, "NQ", "3")
        assert _take(tx, school.cell_id, "NQ").number == 4  # the transaction stays usable


def test_gaps_are_listed_and_may_be_filled_by_hand(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        _take(tx, school.cell_id, "NQ")
        term = _take(tx, school.cell_id, "NQ", "5").term_id
        assert gaps(tx, school.cell_id, term, "NQ") == [2, 3, 4]
        _take(tx, school.cell_id, "NQ", "3")
        assert gaps(tx, school.cell_id, term, "NQ") == [2, 4]
        assert _take(tx, school.cell_id, "NQ").number == 6


@pytest.mark.parametrize("typed", ["abc", "0", "-4", "05-06", "123456"])
def test_what_is_no_number_is_refused(bare_store: Store, school: School, typed: str) -> None:
    if typed == "05-06":
        typed = "05/06"
    with bare_store.transaction() as tx, pytest.raises(InvalidAnswers):
        _take(tx, school.cell_id, "NQ", typed)


def test_a_handwritten_application_has_no_number(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx, pytest.raises(InvalidAnswers):
        _take(tx, school.cell_id, "application_letter")


def test_clerks_at_once_never_get_one_number(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        term_on(tx, school.cell_id, DAY)
    taken: list[int] = []
    failed: list[Exception] = []

    def clerk() -> None:
        for _ in range(10):
            try:
                with bare_store.transaction() as tx:
                    taken.append(_take(tx, school.cell_id, "NQ").number)
            except Exception as error:
                failed.append(error)

    clerks = [threading.Thread(target=clerk) for _ in range(4)]
    for one in clerks:
        one.start()
    for one in clerks:
        one.join()
    assert failed == []
    assert sorted(taken) == list(range(1, 41))


def test_of_two_who_take_the_first_number_of_all_at_once_both_get_one(
    bare_store: Store, school: School
) -> None:
    second: list[int] = []

    def clerk() -> None:
        with bare_store.transaction() as tx:
            second.append(_take(tx, school.cell_id, "NQ").number)

    other = threading.Thread(target=clerk)
    with bare_store.transaction() as tx:
        assert _take(tx, school.cell_id, "NQ").number == 1  # opens the term as well
        other.start()
        other.join(timeout=0.5)
        assert second == []  # waits for the first
    other.join()
    assert second == [2]


def test_every_kind_of_committee_that_issues_papers_has_a_sign() -> None:
    assert {"party_cell", "grassroots_committee", "commune_committee", "youth_union_base"} <= issuers().keys()
