"""The administrator's changes of the tree: a form, what the change would touch, then the change itself."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.transactions import Transaction
from web import forms, picks
from web.entry import now, opens, refusal, today, user_id
from web.language import words
from web.pages.organisations import WORDS
from workflows import access
from workflows.access import Organisation
from workflows.access.permissions import ADMINISTRATORS
from workflows.administration import tree_changes
from workflows.administration.picking import Candidate, only, organisations_named
from workflows.administration.scope import heads, reach
from workflows.admission.fields import Sheet, choice, day, line, one_of
from workflows.desk import organisation_page
from workflows.desk.labels import labels
from workflows.organisations.kinds import KINDS
from workflows.organisations.queries import tree_of

pages = Blueprint("tree", __name__)
NO_POWER = "none"
POWERS = [
    (NO_POWER, "Không quyết định kết nạp"),
    ("standing", "Ban Thường vụ quyết định"),
    ("plenum", "Ban Chấp hành quyết định (được ủy quyền)"),
]


class Found(Sheet):
    """A new organisation under this one."""

    kind = choice("Loại tổ chức", list(KINDS.items()), required=True, widget="select")
    name = line("Tên tổ chức", required=True, help="Ghi đầy đủ, ví dụ: Chi bộ 2, Trường THPT Thử Nghiệm.")
    on = day("Từ ngày", required=True, help="Ngày có hiệu lực ghi trong quyết định.")
    code14 = line("Mã tổ chức đảng", longest=20, help="14 chữ số, nếu đã có.")
    decided_by = choice("Thẩm quyền quyết định kết nạp", POWERS, required=True)


class Rename(Sheet):
    """Another name from a day on."""

    name = line("Tên mới", required=True)
    on = day("Từ ngày", required=True)


class Move(Sheet):
    """Another superior from a day on."""

    parent = line("Cấp trên mới", required=True, help="Tên hoặc mã tổ chức, không cần dấu.")
    parent_chosen = one_of("Tổ chức nào?", "parent_chosen")
    on = day("Từ ngày", required=True)


class Power(Sheet):
    """Whether the committee decides on admissions, and with which body."""

    decided_by = choice("Thẩm quyền quyết định kết nạp", POWERS, required=True)
    on = day("Từ ngày", required=True)


class End(Sheet):
    """The first day on which it no longer exists."""

    on = day("Kết thúc từ ngày", required=True, help="Ngày đầu tiên tổ chức không còn hoạt động.")


class Code(Sheet):
    """The 14-digit code."""

    code14 = line("Mã tổ chức đảng", required=True, longest=20, help="14 chữ số: MM.MMM.MMM.MMM.MMM.")


SCHEMAS: dict[str, Any] = {
    "found": Found,
    "rename": Rename,
    "move": Move,
    "power": Power,
    "end": End,
    "code": Code,
}
TITLES = {
    "found": "Lập tổ chức trực thuộc",
    "rename": "Đổi tên",
    "move": "Chuyển về cấp trên khác",
    "power": "Thẩm quyền quyết định kết nạp",
    "end": "Kết thúc tổ chức",
    "code": "Mã tổ chức đảng",
}
DONE = {
    "found": "Đã lập tổ chức.",
    "rename": "Đã đổi tên.",
    "move": "Đã chuyển.",
    "power": "Đã ghi thẩm quyền.",
    "end": "Đã ghi ngày kết thúc.",
    "code": "Đã ghi mã.",
}


class Looked(Exception):
    """Carries what was foreseen out of a transaction that must not be kept."""

    def __init__(self, found: Any, parent: str) -> None:
        super().__init__()
        self.found, self.parent = found, parent


def looks_first(view: Callable[..., Any]) -> Callable[..., Any]:
    """Shows what a change would touch, after it has been undone."""

    @wraps(view)
    def shown(**given: Any) -> Any:
        try:
            return view(**given)
        except Looked as looked:
            return _preview(looked, **given)

    return shown


def _preview(looked: Looked, organisation_id: int, verb: str) -> str:
    kept = [(name, value) for name, value in request.form.items() if not name.startswith(("_", "csrf"))]
    facts: dict[str, Any] = {
        "title": TITLES[verb],
        "found": looked.found,
        "kept": kept,
        "parent": looked.parent,
    }
    answers = [
        (field.label, field.value, field) for group in picks.shown(SCHEMAS[verb]) for field in group.fields
    ]
    return render_template(
        "tree_preview.html", organisation_id=organisation_id, verb=verb, answers=answers, **facts, **WORDS
    )


@pages.get("/organisations/<number:organisation_id>/<any(found, rename, move, power, end, code):verb>")
@opens("organisation.change", Organisation)
def form(tx: Transaction, organisation_id: int, verb: str) -> str:
    head = organisation_page.head(tx, organisation_id, today())
    values = {
        "on": today(),
        "name": head.name if verb == "rename" else "",
        "code14": head.code14 if verb == "code" else "",
        "decided_by": (head.decided_by if verb == "power" else None) or NO_POWER,
    }
    groups = picks.shown(
        SCHEMAS[verb],
        values=values,
        candidates={"parent": _parents(tx, picks.sent("parent"), organisation_id)},
    )
    return render_template(
        "tree_form.html",
        head=head,
        verb=verb,
        title=TITLES[verb],
        groups=groups,
        refusal=refusal(),
        version=tree_changes.version_of(tx, organisation_id),
        labels=labels(tx.registry),
        **WORDS,
    )


@pages.post("/organisations/<number:organisation_id>/<any(found, rename, move, power, end, code):verb>")
@looks_first
@opens("organisation.change", Organisation, writing=True, again="tree.form")
def change(tx: Transaction, organisation_id: int, verb: str) -> Any:
    if request.form.get("_step") == "edit":
        return form.__wrapped__(tx, organisation_id, verb)  # type: ignore[attr-defined]
    answers = _answers(tx, organisation_id, verb)
    who: dict[str, Any] = {"by": user_id(), "on": today(), "now": now()}
    if request.form.get("_step") != "do":
        parent = tree_of(tx).nodes.get(answers.get("parent_id", 0))
        found = tree_changes.foresee(tx, verb, organisation_id, answers, **who)
        raise Looked(found, parent.name if parent else "")
    version = request.form.get("version", -1, type=int)
    changed = tree_changes.carry_out(tx, verb, organisation_id, answers, version=version, **who)
    return _done(verb, changed)


def _done(verb: str, organisation_id: int) -> Response:
    flash(words(DONE[verb]), "done")
    return redirect(url_for("organisations.show", organisation_id=organisation_id), 303)


def _answers(tx: Transaction, organisation_id: int, verb: str) -> dict[str, Any]:
    asked = forms.load(SCHEMAS[verb], request.form)
    if asked.get("decided_by") == NO_POWER:
        asked["decided_by"] = ""
    if "parent" in asked:
        found = _parents(tx, asked["parent"], organisation_id)
        asked["parent_id"] = only(
            found,
            "parent",
            asked.get("parent_chosen"),
            "Không có tổ chức nào như vậy trong phạm vi của đồng chí.",
        )
    return asked


def _parents(tx: Transaction, typed: str, organisation_id: int) -> list[Candidate]:
    """Organisations of this administrator that may have others below."""
    if not typed.strip():
        return []
    own = heads(access.acting_for(tx, user_id(), today()), ADMINISTRATORS)
    among = reach(tx, own, today()) - {organisation_id}
    return organisations_named(tx, typed, today(), among=among, kinds=tree_changes.ABOVE)
