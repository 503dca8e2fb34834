"""How a page reaches the browser: small at the first visit, kept afterwards, styled by two sheets of ours."""

import re
import shutil
from pathlib import Path

import pytest
from flask import Flask

from tests.web import styles
from tests.web.conftest import Person

MOST = 150_000  # bytes transferred at a first visit, all in all
WEB = Path(__file__).parents[2] / "web"
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
# Names that say what something is, to the script, to a test or to the reader; they have no look of their own.
HOOKS = {
    "bulk-alike",
    "bulk-count",
    "conditions",
    "folds",
    "mentees",
    "own",
    "question-rows",
    "road-table",
    "road-words",
}


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """What is sent does not hang on the database: one of them is enough."""
    path = tmp_path / "ketnap.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


def test_the_cut_down_bootstrap_is_the_one_of_the_installed_version() -> None:
    assert styles.TRIMMED.read_text("utf-8") == styles.trimmed(), "run python -m tests.web.styles"


def test_every_class_of_a_template_has_a_look() -> None:
    sheets = "".join(path.read_text("utf-8") for path in (WEB / "static").glob("*.css"))
    known = set(CLASS.findall(sheets)) | HOOKS
    wrong = []
    for path in (WEB / "templates").rglob("*.html"):
        for value in re.findall(r'class="([^"]*)"', path.read_text("utf-8")):
            words = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", value).split()
            wrong += [(path.name, word) for word in words if word not in known and not word.endswith("-")]
    assert wrong == []


def test_a_first_visit_transfers_little(app: Flask) -> None:
    """The way in and the first page after it, with everything they name and the faces of their words."""
    user = Person(app)
    total = len(user.get("/sign-in").get_data()) + len(user.sign_in("cell1").get("/tasks").get_data())
    named = set(re.findall(r'(?:href|src)="(/(?:bootstrap/)?static/[^"]+)"', user.page))
    sheets = "".join(user.get(path).get_data(as_text=True) for path in named if ".css" in path)
    named |= {f"/static/{face}" for face in re.findall(r'url\("(fonts/[^"]+)"\)', sheets)}
    assert len(named) >= 6
    for path in named:
        with user.get(path, headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.status_code == 200, path
            total += len(answer.get_data())
    assert total <= MOST


def test_files_with_a_version_in_the_address_are_kept_for_a_year(app: Flask) -> None:
    user = Person(app)
    user.get("/sign-in")
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', user.page):
        assert "v=" in path
        with user.get(path) as answer:
            assert "immutable" in answer.headers["Cache-Control"]
