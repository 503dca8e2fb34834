"""Tài khoản: listed, opened with a printed slip, their seats given and ended, closed and opened again."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, NotFound
from engine.transactions import Transaction
from web import forms, picks
from web.entry import now, opens, refusal, sent_key, today, user_id
from web.language import words
from web.pages.organisations import WORDS
from web.user_forms import FORMS, Details, Ending, Giving, Opening, Slipping, Standing
from workflows import access
from workflows.access import Account, Organisation
from workflows.access.accounts import SLIP_LASTS
from workflows.access.permissions import ADMINISTRATORS
from workflows.access.queries import places_of_account
from workflows.administration import accounts, deputies, listing, log, positions
from workflows.administration.picking import Candidate, members_named, only, organisations_named
from workflows.administration.scope import heads, reach, reaches_all
from workflows.desk import organisation_page
from workflows.founding.slips import Slip, make_slip
from workflows.organisations.queries import tree_of
from workflows.people.users import username_of
from workflows.people.words import POSITIONS

pages = Blueprint("users", __name__)
STATES = (
    ("can", "Đang dùng"),
    ("slip", "Đã cấp phiếu, chưa đổi mật khẩu"),
    ("never", "Chưa cấp mật khẩu"),
    ("closed", "Đã khóa"),
)


def with_slip(view: Callable[..., Any]) -> Callable[..., Any]:
    """A password is made and hashed before the transaction opens: hashing is slow on purpose."""

    @wraps(view)
    def prepared(**numbers: Any) -> Any:
        if current_user.is_authenticated:
            g.slip = make_slip("", "")
        return view(**numbers)

    return prepared


def administered(tx: Transaction) -> set[int] | None:
    """Organisations this person administers; None: all."""
    own = heads(access.acting_for(tx, user_id(), today()), ADMINISTRATORS)
    return None if reaches_all(tx, own, today()) else reach(tx, own, today())


@pages.get("/users")
@opens("users.list")
def index(tx: Transaction) -> str:
    sent = request.args
    wanted = listing.Wanted(
        words=sent.get("q", "")[:80],
        position=sent.get("position", ""),
        state=sent.get("state", ""),
        organisation=sent.get("organisation", "")[:80],
        after=sent.get("after"),
    )
    found = listing.accounts(tx, administered(tx), wanted, today())
    return render_template("users.html", found=found, wanted=wanted, states=STATES, **WORDS)


@pages.get("/organisations/<number:organisation_id>/users/new")
@opens("organisation.change", Organisation)
def opening(tx: Transaction, organisation_id: int) -> str:
    head = organisation_page.head(tx, organisation_id, today())
    groups = picks.shown(
        Opening,
        values={"since": today()},
        candidates={"member": _members(tx, picks.sent("member"), organisation_id)},
    )
    key = sent_key() or uuid.uuid4().hex
    return render_template(
        "user_new.html", head=head, groups=groups, refusal=refusal(), request_key=key, **WORDS
    )


@pages.post("/organisations/<number:organisation_id>/users/new")
@with_slip
@opens("organisation.change", Organisation, writing=True, again="users.opening")
def open_one(tx: Transaction, organisation_id: int) -> Any:
    key = request.form.get("request_key", "")[:64]
    before = log.noted(tx, user_id(), key)
    if before is not None:
        flash(words("Tài khoản này vừa được tạo. Nếu chưa in được phiếu, hãy cấp phiếu mới."), "wait")
        return redirect(url_for("users.show", account_id=before["user"]), 303)
    asked = forms.load(Opening, request.form)
    member = _member(tx, asked, organisation_id)
    new = accounts.NewAccount(asked["name"], asked.get("username", ""), asked.get("email"), member)
    who: dict[str, Any] = {"by": user_id(), "on": today(), "now": now()}
    account_id, username = accounts.open_account(
        tx, new, g.slip, organisation_id=organisation_id, key=key or None, **who
    )
    positions.give_position(tx, account_id, organisation_id, asked["position"], since=asked["since"], **who)
    return _slip_page(account_id, replace(g.slip, username=username, name=asked["name"]))


def _slip_page(account_id: int, slip: Slip) -> Response:
    """Shown once: the password is nowhere else, and no cache may keep the page."""
    until = (now() + SLIP_LASTS).date()
    page = render_template(
        "slip.html", slip=slip, account_id=account_id, until=until, address=request.url_root
    )
    return Response(page, headers={"Cache-Control": "no-store"}, mimetype="text/html")


@pages.get("/users/<number:account_id>")
@opens("user.see", Account)
def show(tx: Transaction, account_id: int) -> str:
    row, thing = listing.account(tx, account_id), Account(account_id)
    seats = listing.seats_of(tx, account_id)
    mine = [one for one in seats if _administers(tx, one.organisation_id)]
    present = [
        (one.id, f"{words(POSITIONS[one.position])}, {one.organisation}") for one in mine if _lasts(one)
    ]
    values = {
        "since": today(), "until": today(), "name": row.name, "email": row.email, "member": member_name(row),
    }  # fmt: skip
    organisations = _organisations(tx, picks.sent("organisation", "giving"))
    members = _members(
        tx, picks.sent("member", "details"), *(places_of_account(tx, account_id, today()) or ())
    )
    return render_template(
        "user.html",
        account=row,
        member=member_name(row),
        seats=seats,
        seen={one.organisation_id for one in mine},
        present=present,
        standing_in=deputies.standing_in_for(tx, account_id, today()),
        deputies=deputies.deputies_for(tx, account_id, today()),
        mark=accounts.mark_of(row),
        may_manage=access.may(tx, user_id(), "user.manage", thing, today()),
        own=account_id == user_id(),
        sent=request.form.get("_form", ""),
        refusal=refusal(),
        forms_shown={
            name: picks.shown(
                schema,
                name=name,
                values=values if name != "giving" else {"since": today()},
                choices={"seats": present},
                candidates={"organisation": organisations, "member": members},
            )
            for name, schema in FORMS.items()
        },
        **WORDS,
    )


def member_name(row: Any) -> str:
    return " ".join(part for part in (row.family_name, row.middle_name, row.given_name) if part)


def _lasts(seat: Any) -> bool:
    return seat.valid_to is None or seat.valid_to > today()


def _administers(tx: Transaction, organisation_id: int) -> bool:
    return access.may(tx, user_id(), "organisation.change", Organisation(organisation_id), today())


def _place(tx: Transaction, account_id: int) -> int | None:
    """The organisation under which a change of an account is logged: one that the writer administers."""
    return next(
        (one for one in sorted(places_of_account(tx, account_id, today()) or ()) if _administers(tx, one)),
        None,
    )


def _who(tx: Transaction, account_id: int) -> dict[str, Any]:
    return {"organisation_id": _place(tx, account_id), "by": user_id(), "on": today(), "now": now()}


@pages.post("/users/<number:account_id>/details")
@opens("user.manage", Account, writing=True, again="users.show")
def change_details(tx: Transaction, account_id: int) -> Response:
    asked, row = forms.load(Details, request.form), listing.account(tx, account_id)
    same = asked.get("member") == member_name(row) and "member_chosen" not in asked
    places = places_of_account(tx, account_id, today()) or set()
    member = row.member_id if same else _member(tx, asked, *places)
    accounts.change_details(
        tx, account_id, name=asked["name"], email=asked.get("email"), member_id=member, **_who(tx, account_id)
    )
    return _back(account_id, "Đã ghi thông tin tài khoản.")


@pages.post("/users/<number:account_id>/slip")
@with_slip
@opens("user.manage", Account, writing=True, again="users.show")
def give_slip(tx: Transaction, account_id: int) -> Response:
    asked, mark = forms.load(Slipping, request.form), request.form.get("mark", "")
    username = accounts.give_slip(
        tx, account_id, g.slip, mark=mark, new_factor=asked["new_factor"], **_who(tx, account_id)
    )
    name = listing.account(tx, account_id).name
    return _slip_page(account_id, replace(g.slip, username=username, name=name))


@pages.post("/users/<number:account_id>/active")
@opens("user.manage", Account, writing=True, again="users.show")
def set_active(tx: Transaction, account_id: int) -> Response:
    wanted = request.form.get("active")
    if wanted not in ("yes", "no"):
        raise InvalidAnswers({})
    accounts.set_active(tx, account_id, wanted == "yes", **_who(tx, account_id))
    return _back(account_id, "Đã mở khóa tài khoản." if wanted == "yes" else "Đã khóa tài khoản.")


@pages.post("/users/<number:account_id>/sessions/end")
@opens("user.manage", Account, writing=True, again="users.show")
def end_sessions(tx: Transaction, account_id: int) -> Response:
    if account_id == user_id():  # one's own are ended on the own page, where they can be told apart
        return redirect(url_for("account.show", _anchor="sessions"), 303)
    accounts.end_all_sessions(tx, account_id, **_who(tx, account_id))
    return _back(account_id, "Đã kết thúc mọi phiên của tài khoản này.")


@pages.post("/users/<number:account_id>/seats")
@opens("user.seats", Account, writing=True, again="users.show")
def give(tx: Transaction, account_id: int) -> Response:
    asked = forms.load(Giving, request.form)
    found = _organisations(tx, asked["organisation"])
    nobody = "Không có tổ chức nào như vậy trong phạm vi của đồng chí."
    organisation_id = only(found, "organisation", asked.get("organisation_chosen"), nobody)
    positions.give_position(
        tx, account_id, organisation_id, asked["position"], since=asked["since"], until=asked.get("until"),
        by=user_id(), on=today(), now=now(),
    )  # fmt: skip
    return _back(account_id, "Đã giao chức vụ.")


@pages.post("/users/<number:account_id>/seats/end")
@opens("user.seats", Account, writing=True, again="users.show")
def end(tx: Transaction, account_id: int) -> Response:
    asked = forms.load(Ending, request.form)
    seat = _own_seat(tx, account_id, asked["seat"])
    positions.end_position(tx, seat.id, until=asked["until"], by=user_id(), on=today(), now=now())
    return _back(account_id, "Đã ghi ngày thôi giữ chức vụ.")


@pages.post("/users/<number:account_id>/deputies")
@opens("user.seats", Account, writing=True, again="users.show")
def name_deputy(tx: Transaction, account_id: int) -> Response:
    asked = forms.load(Standing, request.form)
    seat = _own_seat(tx, account_id, asked["seat"])
    deputy = listing.account_named(tx, username_of(asked["deputy"]))
    if deputy is None:
        raise InvalidAnswers({"deputy": [accounts.UNKNOWN]})
    deputies.name_deputy(
        tx, seat.id, deputy, since=asked["since"], last=asked["last"], reason=asked["reason"], by=user_id(),
        on=today(), now=now(),
    )  # fmt: skip
    return _back(account_id, "Đã cử người thay.")


@pages.post("/users/<number:account_id>/deputies/end")
@opens("user.seats", Account, writing=True, again="users.show")
def end_deputy(tx: Transaction, account_id: int) -> Response:
    number = request.form.get("deputy", 0, type=int)
    found = next((one for one in deputies.deputies_for(tx, account_id, today()) if one.id == number), None)
    if found is None or not _administers(tx, found.organisation_id):
        raise InvalidAnswers({}, accounts.GONE)
    deputies.end_deputy(tx, number, by=user_id(), on=today(), now=now())
    return _back(account_id, "Đã kết thúc việc thay.")


def _own_seat(tx: Transaction, account_id: int, number: int) -> Any:
    seat = next((one for one in listing.seats_of(tx, account_id) if one.id == number), None)
    if seat is None:
        raise InvalidAnswers({"seat": [accounts.GONE]})
    if not _administers(tx, seat.organisation_id):
        raise NotFound
    return seat


def _back(account_id: int, done: str) -> Response:
    flash(words(done), "done")
    return redirect(url_for("users.show", account_id=account_id), 303)


def _organisations(tx: Transaction, typed: str) -> list[Candidate]:
    scope = administered(tx) if typed.strip() else set()
    return organisations_named(tx, typed, today(), among=tree_of(tx).nodes if scope is None else scope)


def _members(tx: Transaction, typed: str, *organisations: int) -> list[Candidate]:
    """Members of these organisations and all below."""
    return members_named(tx, typed, today(), among=reach(tx, organisations, today())) if typed.strip() else []


def _member(tx: Transaction, asked: dict[str, Any], *organisations: int) -> int | None:
    if not asked.get("member"):
        return None
    found = _members(tx, asked["member"], *organisations)
    return only(
        found, "member", asked.get("member_chosen"), "Không có đảng viên nào như vậy trong danh sách ở đây."
    )
