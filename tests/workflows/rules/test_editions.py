"""The editions: which one is in force, what each value rests on, and what the machine check refuses."""

import copy
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.errors import NotFound
from workflows.rules import editions as module
from workflows.rules.ballots import Quota
from workflows.rules.check import Finding, faults_of_edition, faults_of_order
from workflows.rules.editions import Edition, check, edition_named, edition_on, editions
from workflows.rules.keys import FRACTION, KEYS, WORD

NAMES = ["2021-09-28", "2025-01-20", "2025-07-01", "2026-04-08", "2026-05-19", "2026-07-26"]
FILE = module.FOLDER / "2026-07-26.toml"


def raw() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def test_the_shipped_editions_are_sound() -> None:
    assert check() == []
    assert [edition.name for edition in editions()] == NAMES


@pytest.mark.parametrize(
    ("day", "name", "why"),
    [
        (date(2021, 9, 28), "2021-09-28", "the first day"),
        (date(2025, 1, 19), "2021-09-28", "the day before QĐ 232"),
        (date(2025, 1, 20), "2025-01-20", "QĐ 232"),
        (date(2025, 6, 30), "2025-01-20", "the last day of the districts"),
        (date(2025, 7, 1), "2025-07-01", "QĐ 294"),
        (date(2026, 4, 8), "2026-04-08", "QĐ 20"),
        (date(2026, 5, 19), "2026-05-19", "HD 01/2026"),
        (date(2026, 7, 25), "2026-05-19", "the day before QĐ 208"),
        (date(2026, 7, 26), "2026-07-26", "QĐ 208"),
        (date(2030, 1, 1), "2026-07-26", "the latest holds until there is a new one"),
    ],
)
def test_the_edition_of_a_day(day: date, name: str, why: str) -> None:
    assert edition_on(day).name == name, why


def test_a_day_before_the_first_edition_is_refused_in_words() -> None:
    with pytest.raises(NotFound) as refused:
        edition_on(date(2021, 9, 27))
    assert "27/09/2021" in str(refused.value)
    assert "28/09/2021" in str(refused.value)


def test_an_act_finds_the_edition_that_it_stored() -> None:
    for name in NAMES:
        assert edition_named(name).name == name
    with pytest.raises(NotFound):
        edition_named("1999-01-01")


@pytest.mark.parametrize("edition", editions(), ids=lambda edition: edition.name)
def test_every_value_has_a_rating_and_a_source_or_a_note(edition: Edition) -> None:
    assert set(edition.values) == set(KEYS)
    for key in KEYS:
        assert edition.rating(key) in {"verified", "second_hand", "assumed"}
        assert edition.source(key)
        assert edition.note(key) or edition.rating(key) != "assumed"
        if KEYS[key].kind == FRACTION:
            assert isinstance(edition.quota(key), Quota)


@pytest.mark.parametrize("edition", editions(), ids=lambda edition: edition.name)
def test_no_article_is_given_without_its_instrument(edition: Edition) -> None:
    for key in KEYS:
        assert not edition.article(key) or edition.values[key].source, key


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("regime", ["three_level", "three_level", "two_level", "two_level", "two_level", "two_level_208"]),
        ("ceremony_start", ["received"] * 5 + ["issued"]),
        ("schooling", ["lower_secondary_diploma"] * 5 + ["lower_secondary_completed"]),
        ("min_age", [18] * 6),
        ("decide_wd", [60] * 6),
        ("class_certificate_months", [60] * 6),
        ("class_min_age", [None] * 6),
        ("cell_quota", [Quota(2, 3)] * 6),
        ("standing_quota", [Quota(1, 2, ">")] * 6),
    ],
)
def test_a_value_through_the_editions(key: str, values: list[object]) -> None:
    assert [edition.value(key) for edition in editions()] == values


def test_asking_for_the_wrong_kind_is_a_fault_of_the_program() -> None:
    edition = editions()[0]
    for ask in (edition.number, edition.quota):
        with pytest.raises(TypeError):
            ask("age_reading")
    with pytest.raises(TypeError):
        edition.word("cell_quota")
    with pytest.raises(KeyError):
        edition.value("no_such_key")
    assert edition.optional_number("class_min_age") is None


def test_the_citation_names_article_and_instrument() -> None:
    assert editions()[0].source("min_age") == "điểm 1.1.1, Quy định 24-QĐ/TW ngày 30/7/2021"
    assert editions()[0].source("late_recording_wd").startswith("Quy ước của chương trình")


def test_every_key_has_a_label_and_every_word_too() -> None:
    assert len({key.label for key in KEYS.values()}) == len(KEYS)
    for key in KEYS.values():
        assert (key.kind == WORD) is bool(key.words)


def drop(key: str) -> Callable[[dict[str, Any]], None]:
    return lambda edition: edition["values"].pop(key)


def put(key: str, field: str, value: object) -> Callable[[dict[str, Any]], None]:
    return lambda edition: edition["values"][key].__setitem__(field, value)


@pytest.mark.parametrize(
    ("spoil", "key", "words"),
    [
        (drop("min_age"), "min_age", "thiếu giá trị"),
        (lambda e: e["values"].__setitem__("min_hight", e["values"]["min_age"]), "min_hight", "bảng"),
        (put("min_age", "value", "18"), "min_age", "số nguyên"),
        (put("min_age", "value", True), "min_age", "số nguyên"),
        (put("min_age", "value", 0), "min_age", "số nguyên dương"),
        (put("min_age", "value", "none"), "min_age", "số nguyên"),
        (put("class_min_age", "value", "never"), "class_min_age", "none"),
        (put("delegation", "value", "yes"), "delegation", "true"),
        (put("age_reading", "value", "about"), "age_reading", "strict_day"),
        (put("cell_quota", "value", "0.67"), "cell_quota", "tỷ lệ"),
        (put("cell_quota", "comparison", "<"), "cell_quota", "tỷ lệ"),
        (put("cell_quota", "base", "all"), "cell_quota", "tỷ lệ"),
        (put("min_age", "rating", "sure"), "min_age", "rating"),
        (put("min_age", "source", ""), "min_age", "assumed"),
        (put("counting_start", "note", ""), "counting_start", "ghi chú"),
        (lambda e: e["values"]["min_age"].pop("article"), "min_age", "đúng các ô"),
        (put("min_age", "artikel", "1"), "min_age", "đúng các ô"),
        (lambda e: e["values"].__setitem__("min_age", 18), "min_age", "phải ghi"),
        (lambda e: e.__setitem__("in_force_from", date(2026, 7, 27)), "", "tên tệp"),
        (lambda e: e.__setitem__("in_force_from", "2026-07-26"), "", "in_force_from"),
        (lambda e: e.pop("title"), "", "title"),
        (lambda e: e.pop("instruments"), "", "instruments"),
        (lambda e: e["instruments"][0].__setitem__("rating", "x"), "", "rating"),
        (lambda e: e["instruments"][0].__setitem__("dated", "x"), "", "dated"),
    ],
)  # fmt: skip
def test_a_spoiled_edition_is_refused_by_key_and_reason(
    spoil: Callable[[dict[str, Any]], None], key: str, words: str
) -> None:
    edition = raw()
    assert faults_of_edition("2026-07-26", edition) == []
    spoil(edition)
    findings = faults_of_edition("2026-07-26", edition)
    assert findings
    assert any(found.key == key and words in str(found) for found in findings), findings


def test_two_editions_of_one_day_and_no_edition_at_all_are_refused() -> None:
    twin = copy.deepcopy(raw())
    findings = faults_of_order({"2026-07-26": raw(), "2026-07-26b": twin})
    assert [found.edition for found in findings] == ["2026-07-26b"]
    assert faults_of_order({}) == [Finding("editions", "", "không có bản quy định nào")]


def test_a_broken_file_stops_the_start_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "2026-07-26.toml").write_text("in_force_from = 2026-", encoding="utf-8")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    assert check()[0].edition == "2026-07-26"
    assert "không đọc được tệp" in check()[0].message
    editions.cache_clear()
    try:
        with pytest.raises(ValueError, match="2026-07-26"):
            editions()
    finally:
        monkeypatch.undo()
        editions.cache_clear()
    assert editions()


def test_there_is_no_day_without_an_edition_between_the_first_and_the_last() -> None:
    day, last = editions()[0].in_force_from, editions()[-1].in_force_from
    while day <= last + timedelta(days=30):
        assert edition_on(day).in_force_from <= day
        day += timedelta(days=1)
