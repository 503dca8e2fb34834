"""The table of bulk work against the steps: nothing misspelt, nothing lost; how answers merge."""

from datetime import date

import pytest

from engine.errors import InvalidAnswers, NotLawful, Text, Unmet
from workflows.admission.forms import FORMS
from workflows.admission.steps import STEPS
from workflows.bulk.answers import (
    Typed,
    form_of,
    line_fields,
    line_questions,
    merged,
    refuse_wrong,
    shared_form,
)
from workflows.bulk.doing import counted_on, plain, text_of, why_of
from workflows.bulk.places import Places
from workflows.bulk.table import LETTERS, SELDOM, SHARING, asked_by_line_only, numbering, sharing
from workflows.people.pool import ASK_AGAIN


def test_every_row_names_a_step_and_every_field_one_of_its_form() -> None:
    assert set(SHARING) <= set(STEPS) and set(LETTERS) <= set(STEPS)
    for element, row in SHARING.items():
        fields = set(FORMS[element]._declared_fields)
        named = {*row.each, *row.seldom, *row.only} - set(SELDOM)
        assert named <= fields, element


@pytest.mark.parametrize("element", [None, *(name for name in STEPS if not sharing(name).singly)])
def test_every_question_of_a_step_can_be_answered_for_all_or_by_line(element: str | None) -> None:
    letters = LETTERS.get(element or "")
    asked = set(shared_form(element)._declared_fields) | set(line_questions(element))
    wanted = set(form_of(element)._declared_fields) - {"take_number"} - ({letters.rows} if letters else set())
    assert wanted <= asked
    assert asked_by_line_only(element) <= set(line_fields(element))
    assert ("numbering" in asked) == bool(numbering(element))


def test_what_a_line_says_goes_before_what_is_said_for_all() -> None:
    typed = Typed({"outcome": "passed", "numbering": "each", "on": "2026-01-05"}, {"2": {"number": " 7 "}})
    assert merged("class_result", typed, 1, 0, Places())["take_number"] is True
    own = merged("class_result", typed, 2, 0, Places())
    assert own["number"] == " 7 " and "take_number" not in own


@pytest.mark.parametrize("own", ["failed", "returned"])
def test_the_number_of_a_resolution_never_stands_on_another_paper(own: str) -> None:
    typed = Typed({"outcome": "carried", "number": "05-NQ/CB"}, {"2": {"outcome": own}})
    assert merged("cell_vote", typed, 1, 0, Places())["number"] == "05-NQ/CB"
    assert "number" not in merged("cell_vote", typed, 2, 0, Places())


def test_one_number_for_all_is_borne_by_all_once_it_is_taken() -> None:
    typed = Typed({"outcome": "carried", "numbering": "one"})
    assert merged("cell_vote", typed, 1, 0, Places())["take_number"] is True  # tried
    done = merged("cell_vote", typed, 1, 0, Places(), "Số 05-NQ/CB")
    assert done["number"] == "Số 05-NQ/CB" and "take_number" not in done


def test_what_is_missing_for_all_is_said_once_and_what_a_line_lacks_at_the_line() -> None:
    typed = Typed({"outcome": "passed"}, {"1": {"number": "1"}})
    with pytest.raises(InvalidAnswers) as refused:
        refuse_wrong("class_result", typed, {1: 10, 2: 20}, Places())
    assert set(refused.value.fields) == {"on", "l2-number"}


def test_a_wrong_word_in_one_line_is_said_there_even_where_all_lines_are_wrong() -> None:
    typed = Typed({"outcome": "passed", "on": "2026-01-05"}, {"1": {"outcome": "nonsense", "number": "1"}})
    with pytest.raises(InvalidAnswers) as refused:
        refuse_wrong("class_result", typed, {1: 10}, Places())
    assert set(refused.value.fields) == {"l1-outcome"}


def test_a_place_is_known_by_its_name_and_two_of_one_name_are_refused() -> None:
    lists = {"committees": {"đảng ủy xã a": [5], "đảng ủy xã b": [6, 7]}}
    places = Places(known=lists)
    typed = Typed({"outcome": "sent"}, {"1": {"to_candidate": "Đảng ủy  xã A", "to_father": "Nơi khác"}})
    rows = merged("send_verifications", typed, 1, 0, places)["addresses"]
    assert rows == [
        {"about": "candidate", "organisation_id": 5},
        {"about": "father", "addressee": "Nơi khác"},
    ]
    with pytest.raises(InvalidAnswers):
        places.find("mother", 0, "Đảng ủy xã B")


@pytest.mark.parametrize(
    ("number", "further", "expected"),
    [
        ("Số 01-GCN/TTCT", 0, "Số 01-GCN/TTCT"),
        ("Số 09-NQ/CB", 1, "Số 10-NQ/CB"),
        ("Số 99-QĐ/ĐU", 2, "Số 101-QĐ/ĐU"),
    ],
)
def test_numbers_are_counted_on_as_the_register_writes_them(number: str, further: int, expected: str) -> None:
    assert counted_on(number, further) == expected


def test_a_refusal_comes_back_as_it_was_said() -> None:
    refusal = InvalidAnswers({"on": [text_of(["Ngày {day} ở tương lai.", {"day": "05/01/2026"}])]})
    [[name, kept]] = why_of(refusal)["faults"]
    assert name == "on" and str(text_of(kept)) == "Ngày 05/01/2026 ở tương lai."
    assert plain("chữ") == ["chữ", {}]


def test_a_list_of_many_tells_nobody_s_answer_not_now() -> None:
    day = date(2026, 12, 1)
    refusal = NotLawful(
        [Unmet(ASK_AGAIN, Text("Chưa hỏi lại trước ngày 01/12/2026."), "Tự nguyện", "verified", day)]
    )
    [kept] = why_of(refusal)["unmet"]
    assert "hỏi lại" not in str(text_of(kept["text"])) and kept["first_day"] is None
    assert not str(text_of(kept["source"]))
