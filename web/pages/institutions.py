"""Trường: the schools of one's reach, listed, added, their links to Party, union and cell edited."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, Text
from engine.transactions import Transaction
from web import forms, picks
from web.entry import now, opens, refusal, today, user_id
from web.language import words
from web.pages.organisations import asked_page
from web.pages.users import administered
from workflows.access import Institution
from workflows.administration import institutions
from workflows.administration.picking import Candidate, communes_named, only, organisations_named
from workflows.admission.fields import Sheet, choice, line, one_of
from workflows.organisations.kinds import INSTITUTIONS
from workflows.organisations.queries import tree_of

pages = Blueprint("institutions", __name__)
NOBODY = "Không có tổ chức nào như vậy, thuộc loại này, trong phạm vi của đồng chí."
HELP = "Tên hoặc mã, không cần dấu."


class School(Sheet):
    """A school and its organisations."""

    name = line("Tên trường", required=True)
    kind = choice("Loại", list(INSTITUTIONS.items()), required=True, widget="select")
    commune = line("Xã, phường", help="Tên xã, phường nơi trường đóng.")
    commune_chosen = one_of("Xã, phường nào?", "commune_chosen")
    party_organisation = line("Tổ chức đảng của trường", required=True, help=HELP)
    party_organisation_chosen = one_of("Tổ chức nào?", "party_organisation_chosen")
    union_organisation = line("Đoàn trường", help=HELP)
    union_organisation_chosen = one_of("Tổ chức nào?", "union_organisation_chosen")
    cell = line("Chi bộ theo dõi học sinh, sinh viên", help=HELP)
    cell_chosen = one_of("Chi bộ nào?", "cell_chosen")


FIELDS = {
    "party_organisation": "party_organisation_id",
    "union_organisation": "union_organisation_id",
    "cell": "cell_id",
}


@pages.get("/institutions")
@opens("institutions.list")
def index(tx: Transaction) -> str:
    q, kind = request.args.get("q", "")[:80], request.args.get("kind", "")
    found = institutions.listed(tx, administered(tx), words=q, kind=kind, page=asked_page())
    return render_template("institutions.html", found=found, q=q, kind=kind, kinds=INSTITUTIONS)


@pages.get("/institutions/new")
@opens("institutions.list")
def adding(tx: Transaction) -> str:
    return _form(tx, None)


@pages.post("/institutions/new")
@opens("institutions.list", writing=True, again="institutions.adding")
def add(tx: Transaction) -> Response:
    return _keep(tx, None)


@pages.get("/institutions/<number:institution_id>")
@opens("institution.change", Institution)
def editing(tx: Transaction, institution_id: int) -> str:
    return _form(tx, institution_id)


@pages.post("/institutions/<number:institution_id>")
@opens("institution.change", Institution, writing=True, again="institutions.editing")
def edit(tx: Transaction, institution_id: int) -> Response:
    return _keep(tx, institution_id)


def _form(tx: Transaction, institution_id: int | None) -> str:
    values: dict[str, Any] = {}
    if institution_id is not None:
        row, nodes = institutions.institution_row(tx, institution_id), tree_of(tx).nodes
        values = {"name": row.name, "kind": row.kind, "commune": _commune(tx, row.commune_code)}
        for field, link in FIELDS.items():
            node = nodes.get(getattr(row, link) or 0)
            values[field] = node.name if node else ""
    candidates = {field: _candidates(tx, field, picks.sent(field)) for field in FIELDS}
    candidates["commune"] = communes_named(tx, picks.sent("commune"))
    groups = picks.shown(School, values=values, candidates=candidates)
    return render_template(
        "institution.html",
        groups=groups,
        refusal=refusal(),
        institution_id=institution_id,
        name=values.get("name"),
    )


def _commune(tx: Transaction, code: str | None) -> str:
    return next((one.name for one in communes_named(tx, "", code=code)), "") if code else ""


def _candidates(tx: Transaction, field: str, typed: str) -> list[Candidate]:
    if not typed.strip():
        return []
    scope = administered(tx)
    among = tree_of(tx).nodes if scope is None else scope
    return organisations_named(tx, typed, today(), among=among, kinds=institutions.KINDS_OF[FIELDS[field]])


def _keep(tx: Transaction, institution_id: int | None) -> Response:
    asked = forms.load(School, request.form)
    answers: dict[str, Any] = {"name": asked["name"], "kind": asked["kind"]}
    row = institutions.institution_row(tx, institution_id) if institution_id is not None else None
    nodes = tree_of(tx).nodes
    for field, link in FIELDS.items():
        old = nodes.get(getattr(row, link) or 0) if row is not None else None
        if old is not None and asked.get(field) == old.name and f"{field}_chosen" not in asked:
            answers[link] = old.id
        elif asked.get(field):
            found = _candidates(tx, field, asked[field])
            answers[link] = only(found, field, asked.get(f"{field}_chosen"), NOBODY)
    answers["commune_code"] = _commune_code(tx, asked, row)
    institutions.keep(tx, institution_id, answers, by=user_id(), on=today(), now=now())
    flash(words("Đã ghi thông tin trường."), "done")
    return redirect(url_for("institutions.index"), 303)


def _commune_code(tx: Transaction, asked: dict[str, Any], row: Any) -> str | None:
    """Communes have codes instead of numbers: the candidate's number is its code."""
    if not asked.get("commune"):
        return None
    found = communes_named(tx, asked["commune"])
    if row is not None and row.commune_code and asked["commune"] == _commune(tx, row.commune_code):
        return str(row.commune_code)
    if not found:
        raise InvalidAnswers({"commune": [Text("Không có xã, phường nào tên như vậy trong danh mục.")]})
    return f"{only(found, 'commune', asked.get('commune_chosen'), ''):05d}"
