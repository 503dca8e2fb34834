"""What a form takes and refuses, in the user's words."""

from datetime import date
from typing import Any

import pytest

from engine.errors import InvalidAnswers
from workflows.admission.forms import FORMS
from workflows.admission.path import read_answers

FIGURES = {"present": "9", "votes_for": "9", "votes_against": "0", "method": "secret"}


def faults(element: str, **answers: Any) -> dict[str, list[str]]:
    with pytest.raises(InvalidAnswers) as refused:
        read_answers(element, answers)
    return {name: [str(text) for text in texts] for name, texts in refused.value.fields.items()}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-05", date(2026, 1, 5)),
        ("05/01/2026", date(2026, 1, 5)),
        ("5.1.2026", date(2026, 1, 5)),
        (date(2026, 1, 5), date(2026, 1, 5)),
    ],
)
def test_a_date_is_read_as_people_and_browsers_write_it(written: Any, read: date) -> None:
    assert read_answers("application", {"on": written})["on"] == read


@pytest.mark.parametrize("written", ["31/02/2026", "2026-02-30", "hôm qua", "5/1/26", "0", "99/99/9999", 7])
def test_a_date_that_does_not_exist_is_refused(written: Any) -> None:
    assert "không có thật" in faults("application", on=written)["on"][0]


@pytest.mark.parametrize("bad", ["a\0b", "a\x1bb", "a\x7fb", "a\ud800b"])
def test_control_characters_are_refused_in_every_text(bad: str) -> None:
    assert "ký tự điều khiển" in faults("application", on="2026-01-05", note=bad)["note"][0]


def test_line_breaks_are_kept_in_passages_and_letters_are_put_together() -> None:
    read = read_answers("application", {"on": "2026-01-05", "note": "Hòa\r\nbình"})
    assert read["note"] == "Hòa\nbình"


@pytest.mark.parametrize(
    "figure", ["-1", "10001", "1.5", "một", 2**63, True, 3.0, "9" * 30], ids=lambda value: str(value)[:8]
)
def test_a_figure_is_a_whole_number_of_people(figure: Any) -> None:
    answers = {"outcome": "carried", "on": "2026-01-05", **FIGURES, "present": figure}
    assert "số nguyên" in faults("branch_vote", **answers)["present"][0]


@pytest.mark.parametrize("number", ["0", "-3", str(2**31), "x", True])
def test_a_picked_row_is_a_number_that_a_database_can_hold(number: Any) -> None:
    assert faults("answer_handover", on="2026-01-05", receiver_id=number)["receiver_id"] == [
        "Hãy chọn trong danh sách."
    ]


def test_a_vote_needs_its_figures_and_a_postponement_needs_its_reason() -> None:
    assert set(faults("cell_vote", outcome="carried", on="2026-01-05")) == {
        "present",
        "votes_for",
        "votes_against",
        "method",
    }
    assert set(faults("cell_vote", outcome="postponed", on="2026-01-05")) == {"reason"}
    assert set(faults("cell_vote", outcome="returned", on="2026-01-05", items=[{"wanted": " "}])) == {"items"}


def test_a_field_that_the_form_does_not_have_is_refused() -> None:
    assert faults("application", on="2026-01-05", outcome="submitted", grade="10") == {
        "grade": ["Biểu này không có mục đó."]
    }


def test_an_outcome_of_another_step_is_refused() -> None:
    assert "danh sách" in faults("application", on="2026-01-05", outcome="carried")["outcome"][0]


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ({"about": "father"}, "addresses.0.addressee"),
        ({"about": "father", "organisation_id": 3, "addressee": "Đảng ủy xã"}, "addresses.0.addressee"),
        ({"about": "uncle", "addressee": "Đảng ủy xã"}, "addresses.0.about"),
        ({"addressee": "Đảng ủy xã"}, "addresses.0.about"),
    ],
)
def test_a_verification_address_names_the_person_and_exactly_one_place(
    address: dict[str, Any], field: str
) -> None:
    assert field in faults("send_verifications", outcome="sent", on="2026-01-05", addresses=[address])


def test_a_number_may_be_typed_or_taken_from_the_register() -> None:
    answers = {"outcome": "passed", "on": "2026-01-05"}
    assert set(faults("class_result", **answers)) == {"number"}
    assert read_answers("class_result", answers | {"take_number": "true"})["take_number"] is True
    assert read_answers("class_result", answers | {"number": "05"})["number"] == "05"


@pytest.mark.parametrize("element", sorted(FORMS))
def test_every_field_of_every_form_has_a_vietnamese_label_and_a_widget(element: str) -> None:
    for name, field in FORMS[element]().fields.items():
        assert field.metadata["label"], name
        assert field.metadata["widget"] in {
            *("radio", "text", "textarea", "date", "number", "select", "checkbox", "rows"),
        }


@pytest.mark.parametrize("element", sorted(FORMS))
def test_no_message_of_a_form_is_english(element: str) -> None:
    for answers in ({}, {"on": [], "outcome": {}, "note": 5, "number": []}, {"take_number": "perhaps"}):
        for messages in faults(element, **answers).values():
            for message in messages:
                assert not {"Missing", "Not", "Invalid", "Unknown", "field"} & set(message.split()), message


def test_rows_that_are_no_rows_are_refused_in_vietnamese() -> None:
    answers = {"outcome": "sent", "on": "2026-01-05"}
    assert "không đúng dạng" in str(faults("send_verifications", **answers, addresses=["x"]))
    assert "không hợp lệ" in str(faults("send_verifications", **answers, addresses="x"))
