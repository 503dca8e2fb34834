"""Every Vietnamese sentence that a page can show, collected from the templates, the code and the models.

`python -m tests.web.catalogue` brings messages.po in step: it drops what is shown no more and leaves what is
new without English, for somebody to write.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from jinja2 import Environment, nodes
from marshmallow import Schema, fields

from engine.errors import Failure
from engine.jobs import Done
from web import reorganisation_forms as reorganising
from web.navigation import PLACES
from web.pages import comments, dossier, meetings, remedies, students, texts
from web.pages.account import Chosen, Code, Password, SignIn
from web.pages.pool import Meeting
from web.pages.second_factor import FirstCode, OwnPassword
from web.pages.tasks import PARTS
from workflows.admission import choices, guards
from workflows.admission.clocks import LABELS
from workflows.admission.forms import FORMS, REASONS, HelperLost, Interruption
from workflows.admission.registry import build_registry
from workflows.desk import cases as desk_cases
from workflows.desk import journal_words, possible
from workflows.desk.case_page import PATH
from workflows.desk.labels import drawn_words, labels
from workflows.documents.catalogue import papers
from workflows.forecast.lead_times import leads
from workflows.imports.headers import HEADERS, label
from workflows.jobs import JOBS, drawing_job, post_job
from workflows.meetings import bodies
from workflows.meetings import rules as meeting_rules
from workflows.people import words as people_words
from workflows.rules import deadlines, standing
from workflows.rules.seed import seed_days
from workflows.transfers import preview
from workflows.transfers import words as handing

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "web" / "templates"
CODE = ("engine", "workflows", "web")
# Words for operators at a terminal, never for a page.
NOT_SHOWN = (
    "workflows/demo",
    "workflows/migrations",
    "workflows/schema.py",
    "workflows/founding",
    "web/commands",
    "web/opening.py",
    "engine/backup.py",
    "engine/models/check",
    "engine/models/layout",
)
# Vietnamese here outside a `Text` is no word of a page: technical reasons, headings, patterns, names.
NOT_WORDS = (
    "engine/cases.py",
    "engine/models",
    "engine/process",
    "engine/records.py",
    "engine/replaying.py",
    "engine/secrets.py",
    "engine/stepping.py",
    "workflows/admission/adoption_sheet.py",
    "workflows/admission/papers.py",
    "workflows/desk/adoption_form.py",
    "workflows/desk/export.py",
    "workflows/documents",
    "workflows/imports/taking.py",
    "workflows/people/names.py",
    "workflows/rules/ballots.py",
    "workflows/rules/check.py",
    "workflows/rules/seed.py",
    "web/devices.py",
    "web/language.py",
)
# Names whose text is kept with the data and shown as it was written.
KEPT = frozenset({"SOURCE", "ON_PAPER"})
# Calls whose first argument is shown: sentences, refusals and the fields of a form.
SAYING = frozenset(
    ("Text", "words", "refuse", "day", "line", "passage", "figure", "choice", "one_of", "tick", "rows")
)
LETTERS = re.compile("[à-ỹĂÂĐÊÔƠƯ]")
IDENTIFIER = re.compile("[a-z_]+")


def messages() -> dict[str, str]:
    """Message → one place where it comes from."""
    found: dict[str, str] = {}
    for where, text in (*_templates(), *_code(), *_tables()):
        if text and any(char.isalpha() for char in text):
            found.setdefault(text, where)
    return found


def _templates() -> Iterator[tuple[str, str]]:
    environment = Environment(autoescape=True)
    for path in sorted(TEMPLATES.rglob("*.html")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in ("_", "words"):
                yield from ((path.name, const.value) for const in _first(call.args))
        for const in tree.find_all(nodes.Const):
            if isinstance(const.value, str) and not const.value.isascii() and _is_whole(const.value):
                yield path.name, const.value


def _first(args: list[Any]) -> Iterator[nodes.Const]:
    if args and isinstance(args[0], nodes.Const) and isinstance(args[0].value, str):
        yield args[0]
    if args and isinstance(args[0], nodes.CondExpr):
        yield from _first([args[0].expr1])
        yield from _first([args[0].expr2])


def _is_whole(text: str) -> bool:
    """Neither marked up nor a piece to be cut off or put on."""
    return "<" not in text and text == text.strip()


def loose_text() -> Iterator[tuple[str, str]]:
    """Vietnamese text of templates that goes through no translation."""
    environment = Environment(autoescape=True)
    for path in sorted(TEMPLATES.rglob("*.html")):
        for data in environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.TemplateData):
            if any(char.isalpha() and not char.isascii() for char in data.data):
                yield path.name, data.data.strip()[:80]


def _code() -> Iterator[tuple[str, str]]:
    for room in CODE:
        for path in sorted((ROOT / room).rglob("*.py")):
            where = path.relative_to(ROOT).as_posix()
            if where.startswith(NOT_SHOWN):
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            constants = _constants(tree)
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and _name(node.func) in SAYING and node.args:
                    text = _literal(node.args[0], constants)
                    if text is not None:
                        yield where, text
            if not where.startswith(NOT_WORDS):
                yield from ((where, text) for text in _said(tree))
    for kind in (Failure, *Failure.__subclasses__()):
        yield "engine/errors.py", " ".join((kind.__doc__ or "").split())


def _said(node: ast.AST) -> Iterator[str]:
    """Vietnamese of tables, forms and refusals: not notes on the code, pieces or patterns."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            if len(child.value) > 2 and child.value.strip() == child.value and LETTERS.search(child.value):
                yield child.value
        elif not (
            (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant))
            or isinstance(child, ast.JoinedStr)
            or (isinstance(child, ast.Call) and _name(child.func) in ("compile", "search"))
            or (isinstance(child, ast.Assign) and KEPT & {_name(target) for target in child.targets})
        ):
            yield from _said(child)


def _constants(tree: ast.Module) -> dict[str, str]:
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }


def _name(func: ast.expr) -> str:
    return func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""


def _literal(node: ast.expr, constants: dict[str, str]) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return constants.get(node.id) if isinstance(node, ast.Name) else None


def _tables() -> Iterator[tuple[str, str]]:
    registry = build_registry()
    names = labels(registry)
    for element in (*FORMS, *registry.services, *registry.dues, *PATH, "strike_off", "annulment",
                    "refusal", "supplement", "verification", "opinions"):  # fmt: skip
        if element in names:
            yield "models", names[element]
    from web import case_words

    tables: Iterable[Any] = (
        LABELS, dict(REASONS), PARTS, students.SEALED, students.PURPOSES,
        students.OTHER_PURPOSES, case_words.ENDS, case_words.BODIES,
        case_words.KINDS, case_words.METHODS, case_words.PERSONS, case_words.ANSWERS, dict(choices.LOST),
        people_words.POSITIONS, people_words.POOL_LEAVING, people_words.STUDY, people_words.CONDUCT,
        case_words.RATINGS, case_words.WEIGHED, journal_words.WHY_WORDS, journal_words.ENDED_WORDS,
        journal_words.VERDICTS, desk_cases.STATES, desk_cases.DUES,
        people_words.GENDERS, bodies.BODIES, dict(bodies.CANCELLED), meeting_rules.ABSENCES,
        meeting_rules.EXEMPT, meeting_rules.AWAY, dict(choices.MEETINGS), {0: "Có mặt"},
        dict(enumerate(meeting_rules.WEEKDAYS)),
        dict(handing.REASONS), dict(handing.TERMS), handing.VARIANTS, handing.STANDINGS, handing.ANSWERS,
        handing.STATES, preview.WORDS, journal_words.HANDOVER_MESSAGES,
    )  # fmt: skip
    for table in tables:
        yield from (("tables", label) for label in table.values())
    yield from (("tables", label) for rows in choices.OUTCOMES.values() for _word, label in rows)
    yield from (("drawings", label) for label in sorted(drawn_words()) if not IDENTIFIER.fullmatch(label))
    yield from (("rules", row.title) for row in standing.TITLES.values())
    yield from (("rules", title) for title, _key in guards.TITLES.values())
    yield from (("rules", rule.start) for rule in deadlines.RULES.values())
    yield from (("days off", row.name) for row in seed_days())
    yield from (("lead times", lead.note) for lead in leads().values())
    yield from (("acts", act.label) for act in possible.ACTS)
    yield from (("cases", title) for title in desk_cases.COLUMNS)
    all_jobs = (*JOBS, drawing_job(lambda _store, _now: Done()), post_job(lambda: None))
    yield from (("jobs", job.label) for job in all_jobs)
    yield from (("places", word) for place in PLACES for word in (place.label, place.group))
    yield from (("columns", label(name)) for name in HEADERS)
    yield from (("papers", paper.title) for paper in papers().values())
    small = (SignIn, Password, Meeting, *students._FORMS.values(), Interruption, HelperLost)
    small = (*small, remedies.Extension, remedies.Correction, texts.Purpose)
    small = (*small, comments.Remark, dossier.Including)
    small = (*small, Chosen, Code, FirstCode, OwnPassword)
    small = (*small, meetings.Plan, meetings.Change, meetings.Cancellation)
    small = (*small, reorganising.Found, reorganising.Split)  # their help is put together of two sentences
    for schema in (*FORMS.values(), *small):
        yield from _schema(schema)


def _schema(schema: type[Schema]) -> Iterator[tuple[str, str]]:
    for question in schema().fields.values():
        meta = question.metadata
        yield from (("forms", str(meta[key])) for key in ("label", "help") if meta.get(key))
        if not isinstance(meta.get("choices", ""), str):
            yield from (("forms", label) for _word, label in meta["choices"])
        for text in question.error_messages.values():
            if not str(text).isascii():
                yield "forms", str(text)
        inner = question.inner if isinstance(question, fields.List) else question
        if isinstance(inner, fields.Nested):
            yield from _schema(type(inner.schema))


PO = ROOT / "web" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
HEAD = (
    "# English words of Kết nạp; the Vietnamese sentences are the source, "
    "tests/web/test_language.py keeps this complete.\n"
    'msgid ""\nmsgstr ""\n"Language: en\\n"\n"MIME-Version: 1.0\\n"\n'
    '"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
)


def bring_in_step() -> list[str]:
    """Rewrite the catalogue; gives the sentences that have no English yet."""
    with PO.open("rb") as file:
        known = {str(one.id): str(one.string) for one in read_po(file, locale="en") if one.id}
    wanted = sorted(messages())
    pairs = (f"msgid {_quoted(text)}\nmsgstr {_quoted(known.get(text, ''))}\n" for text in wanted)
    PO.write_text("\n".join((HEAD, *pairs)), encoding="utf-8")
    return [text for text in wanted if not known.get(text)]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


if __name__ == "__main__":
    print("\n".join(bring_in_step()) or "complete")
