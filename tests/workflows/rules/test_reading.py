"""An edition in words: every value reads as a sentence, and a comparison leaves nothing out."""

import pytest

from workflows.rules.ballots import Quota
from workflows.rules.editions import Value, editions
from workflows.rules.keys import KEYS, SECTIONS
from workflows.rules.reading import BASIS, VALUE, changes, ratings, sections, value_in_words


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("min_age", 18, "18 tuổi"),
        ("decide_wd", 60, "60 ngày làm việc"),
        ("probation_months", 12, "12 tháng"),
        ("min_official_members", 3, "3"),
        ("cell_quota", Quota(2, 3), "ít nhất 2/3 tổng số"),
        ("union_branch_quota", Quota(1, 2, ">", "present"), "trên 1/2 số có mặt"),
        ("age_reading", "strict_day", "Đủ ngày sinh"),
        ("delegation", True, "có"),
        ("class_min_age", None, "không quy định"),
    ],
)
def test_a_value_reads_as_an_official_would_say_it(key: str, value: object, words: str) -> None:
    assert str(value_in_words(Value(key, value, "", "", "verified", ""))) == words  # type: ignore[arg-type]


def test_every_value_of_every_edition_stands_in_one_section() -> None:
    for edition in editions():
        shown = [line.key for _heading, found in sections(edition) for line in found]
        assert shown == list(KEYS)
        assert [heading for heading, _ in sections(edition)] == list(SECTIONS.values())
        assert sum(ratings(edition).values()) == len(KEYS)


def test_a_comparison_tells_the_rule_that_changed_from_the_article_that_moved() -> None:
    known = {edition.name: edition for edition in editions()}
    found = {one.after.key: one for one in changes(known["2025-01-20"], known["2025-07-01"])}
    assert found["regime"].what == VALUE
    assert str(found["regime"].after.words) == "Hai cấp"
    for old, new in zip(editions(), editions()[1:], strict=False):
        for change in changes(old, new):
            same_value = old.values[change.after.key].value == new.values[change.after.key].value
            assert change.what == (BASIS if same_value else VALUE)


def test_an_edition_does_not_differ_from_itself() -> None:
    assert changes(editions()[0], editions()[0]) == []
