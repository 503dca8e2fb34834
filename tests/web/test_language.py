"""Vietnamese is the source and whole; the English catalogue is complete; neither leaks into the other."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from babel.messages.pofile import read_po
from sqlalchemy import select

from engine.errors import Text
from tests.web.catalogue import loose_text, messages
from tests.web.conftest import Person
from tests.workflows.builders import World
from web.language import CATALOGUES, words
from workflows.organisations.records import organisation

# Words that would betray a library's own English on a Vietnamese page.
ENGLISH = frozenset(
    re.findall(
        "[a-z]+",
        """the and or is are was not this that please required field invalid value must be error errors
        missing data for with your you password username user login log sign submit choose select next
        previous search
        page file upload date valid number string integer yes no none unknown found forbidden allowed request
        bad internal server method try again true false null undefined back save cancel""",
    )
)
# Letters that only Vietnamese uses.
VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")
PLACE = re.compile(r"\{(\w+)\}")


def english() -> dict[str, str]:
    with (CATALOGUES / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale="en") if one.id}


def test_every_vietnamese_sentence_has_an_english_one() -> None:
    known = english()
    assert {text: where for text, where in messages().items() if not known.get(text)} == {}


def test_the_english_catalogue_holds_nothing_that_is_shown_no_more() -> None:
    assert sorted(set(english()) - set(messages())) == []


def test_both_languages_have_the_same_places() -> None:
    wrong = {vi: en for vi, en in english().items() if set(PLACE.findall(vi)) != set(PLACE.findall(en))}
    assert wrong == {}


def test_english_sentences_are_english() -> None:
    kept = ("“Họ và tên”", "“Ngày sinh”", "Số 05-NQ/CB")  # headers of a list, a number: data in any language
    wrong = []
    for sentence in english().values():
        bare = sentence
        for one in kept:
            bare = bare.replace(one, "")
        if VIETNAMESE.search(bare):
            wrong.append(sentence)
    assert wrong == []


def test_templates_show_no_text_that_goes_through_no_translation() -> None:
    assert list(loose_text()) == []


def shown(page: str) -> str:
    """What a person reads: text, labels of icons, hints of fields; without names of people and places."""
    body = page.split("<body>", 1)[1]
    hints = " ".join(re.findall(r'(?:aria-label|placeholder|alt|title)="([^"]*)"', body))
    text = re.sub(r"<(script|style).*?</\1>", " ", body, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", text)) + " " + unescape(hints)


@pytest.fixture
def visited(world: World, person: Callable[[str], Person]) -> Callable[[str | None], dict[str, str]]:
    """All pages of a clerk, a few refused forms among them, in a language."""

    def visit(language: str | None) -> dict[str, str]:
        case_id = world.nominate(0 if language is None else 1)
        world.until(case_id, "cell_vote")
        task = world.task(case_id, "cell_vote")
        user = person("cell1")
        if language:
            user.get("/tasks")
            user.post("/language", {"language": language, "back": "/tasks"})
        student = world.case(case_id).subject_id
        pages = {}
        for path in (
            "/tasks", "/cases", f"/cases/{case_id}", f"/tasks/{task.id}", f"/cases/{case_id}/interrupt",
            f"/cases/{case_id}/helper-lost", "/students", f"/students/{student}", "/pool",
            f"/pool/{world.cell}/confirm", "/import", "/account/password", "/cases/999999", "/search?q=thu",
        ):  # fmt: skip
            user.get(path)
            pages[path] = user.page
        for path, sent in (
            (f"/tasks/{task.id}", {"outcome": "carried", "on": "x"}),
            (f"/cases/{case_id}/interrupt", {}),
            (f"/students/{student}/reveal", {"_form": "reveal"}),
            ("/account/password", {"old": "", "new": "a", "again": "b"}),
            ("/import", {}),
        ):
            user.get(path.removesuffix("/reveal"))
            user.post(path, sent)
            pages["refused " + path] = user.page
        user.client.post("/sign-out", base_url="https://localhost")
        pages["no secret"] = user.client.post("/language", base_url="https://localhost").get_data(
            as_text=True
        )
        return pages

    return visit


def test_no_english_word_stands_on_a_vietnamese_page(visited: Callable[[str | None], dict[str, str]]) -> None:
    wrong = {}
    for path, page in visited(None).items():
        assert '<html lang="vi">' in page, path
        read = shown(page).replace("English", "")
        found = ENGLISH & set(re.findall(r"[a-z]+", re.sub(r"\S*[^\x00-\x7f]\S*", " ", read.lower())))
        if found:
            wrong[path] = found
    assert wrong == {}


def test_an_english_page_shows_vietnamese_only_in_names_and_sources(
    world: World, visited: Callable[[str | None], dict[str, str]]
) -> None:
    known = set(messages())
    for path, page in visited("en").items():
        if path == "no secret":
            continue
        assert '<html lang="en">' in page, path
        read = " ".join(shown(page).split())
        for row in world.rows(select(organisation.c.name)):
            read = read.replace(row.name, "")
        left = [text for text in known if len(text) > 12 and VIETNAMESE.search(text) and f" {text} " in read]
        assert left == [], path


def test_the_language_stays_with_the_account(world: World, person: Callable[[str], Person]) -> None:
    user = person("cell1")
    user.get("/tasks")
    user.post("/language", {"language": "en", "back": "/tasks"})
    assert "Tasks" in user.page
    again = person("cell1")
    again.get("/tasks")
    assert "Tasks" in again.page
    again.post("/language", {"language": "fr", "back": "/tasks"})
    assert "Tasks" in again.page


def test_a_sentence_is_translated_first_and_filled_afterwards() -> None:
    assert words(Text("Ngày {day} ở tương lai.", day="01/01/2099")) == "Ngày 01/01/2099 ở tương lai."
    assert words(Text("{step}: {outcome}", step=Text("Ghi"), outcome="{x}")) == "Ghi: {x}"
    assert words(Text("Còn {gì}")) == "Còn {gì}"
