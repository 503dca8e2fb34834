"""Every message has words in both languages, as they were looked at; names stand only where they may."""

import re

import pytest

from engine.errors import Text
from tests.workflows.reminders import golden
from web.language import LANGUAGES
from web.pages.notices import TARGETS
from workflows.admission.steps import STEPS
from workflows.reminders.texts import GROUPS, KINDS, kind_of


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_words_are_those_that_were_looked_at(language: str) -> None:
    """After a change of words: `python -m tests.workflows.reminders.golden`, then read the difference."""
    assert golden.kept(language).read_text(encoding="utf-8").splitlines() == golden.lines(language)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_place_stays_empty_and_no_name_stands_where_it_may_not(language: str) -> None:
    for line in golden.lines(language):
        assert not re.search(r"[{}]", line), line
        assert ("Nguyễn Văn Thử" not in line) or "(sees)" in line


def test_every_kind_belongs_to_a_part_of_the_page_and_leads_where_a_page_is() -> None:
    for word, kind in KINDS.items():
        assert kind.group in GROUPS, word
        assert kind.leads in {"", *TARGETS}, word
        assert isinstance(kind.words, Text)


def test_every_step_has_the_words_of_its_notice() -> None:
    assert {step.notice for step in STEPS.values()} <= set(KINDS)


def test_a_kind_that_nobody_knows_any_more_is_still_shown() -> None:
    assert kind_of("of_long_ago").leads == ""


def test_every_message_that_the_program_leaves_has_words() -> None:
    """`tell(tx, key, "kind", …)` anywhere in the rooms, and kinds given by name."""
    said = set()
    for path in (golden.FOLDER.parents[3] / "workflows").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        said |= set(re.findall(r'\btell\(\s*tx,\s*(?:key|f?"[^"]*"),\s*"(\w+)"', source))
    assert {"confirm", "handed_in", "glass_opened"} <= said
    assert said <= set(KINDS)
