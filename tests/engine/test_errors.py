"""Messages: Vietnamese sentences with places, and one day in Vietnam."""

import pickle
from datetime import UTC, date, datetime

import pytest

from engine.errors import Conflict, Failure, InvalidAnswers, ModelError, NotFound, NotLawful, Text, Unmet
from engine.time import day_of, start_of


def test_a_text_fills_its_places_and_keeps_sentence_and_values_apart_for_translation() -> None:
    text = Text("Còn {days} ngày.", days=3)
    assert (str(text), text.msgid, dict(text.params)) == ("Còn 3 ngày.", "Còn {days} ngày.", {"days": 3})
    assert str(Text("Giữ nguyên {dấu ngoặc}.")) == "Giữ nguyên {dấu ngoặc}."
    assert pickle.loads(pickle.dumps(text)) == text


@pytest.mark.parametrize(
    "failure", [Conflict(), NotFound(), InvalidAnswers({}), NotLawful([]), ModelError("a", "b")]
)
def test_every_failure_has_a_sentence_that_says_what_to_do(failure: Failure) -> None:
    assert str(failure.text).endswith(".") and "{" not in str(failure)
    assert str(failure) == str(failure.text)


def test_a_model_error_with_braces_in_its_cause_can_be_told() -> None:
    assert "{'a': 1}" in str(ModelError("cell_vote", "KeyError: {'a': 1}"))


def test_a_refusal_carries_its_conditions() -> None:
    unmet = Unmet("of_age", Text("Chưa đủ tuổi."), "Điều lệ, điều 1", "verified", date(2027, 1, 2))
    assert NotLawful([unmet]).unmet == [unmet]
    assert InvalidAnswers({"on": [Text("Thiếu ngày.")]}).fields == {"on": [Text("Thiếu ngày.")]}


@pytest.mark.parametrize(
    ("hour", "day"), [(16, date(2026, 11, 23)), (17, date(2026, 11, 24)), (23, date(2026, 11, 24))]
)
def test_a_day_begins_at_midnight_in_vietnam(hour: int, day: date) -> None:
    assert day_of(datetime(2026, 11, 23, hour, tzinfo=UTC)) == day
    assert day_of(start_of(day)) == day
