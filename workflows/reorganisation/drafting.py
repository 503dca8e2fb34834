"""A plan being written: its paper, its changes in order, the lists of a split; then it is handed in.

Only a draft can be written; each change raises the revision, so that nobody approves what was not seen.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import delete, func, select, update

from engine.errors import Conflict, InvalidAnswers, Text
from engine.transactions import Transaction
from workflows.administration.log import note
from workflows.administration.tree_changes import FAR
from workflows.organisations.codes import code14
from workflows.organisations.kinds import PROVINCE_COMMITTEE
from workflows.organisations.queries import tree_of
from workflows.reorganisation.approving import approvers
from workflows.reorganisation.plans import Change, change_of, changes_of, delete_change, hold, put
from workflows.reorganisation.records import (
    DRAFT,
    SUBMITTED,
    WITHDRAWN,
    reorganisation,
    reorganisation_change,
    reorganisation_share,
)
from workflows.reorganisation.telling import WAITS, tell, waits_no_more
from workflows.reorganisation.words import refs_of

_C, _S = reorganisation_change.c, reorganisation_share.c
GIVES_UP: Final = ("merge", "split", "end")
MOST_CHANGES: Final = 1_000  # the end of the districts took more than 300 in one province


def make(
    tx: Transaction, organisation_id: int, head: Mapping[str, Any], *, by: int, on: date, now: datetime
) -> int:
    """A new plan of the organisation's administrator; `head`: title, number, paper_on, issuer, on_day."""
    _check_head(head, on)
    row = {"organisation_id": organisation_id, "state": DRAFT, "made_by": by, "made_at": now, **head}
    made = tx.insert(reorganisation, row)
    _note(tx, "reorganisation_made", made, organisation_id, head, by=by, on=on, now=now)
    return made


def amend(tx: Transaction, plan_id: int, head: Mapping[str, Any], *, revision: int, on: date) -> None:
    """Another title, paper or day of a draft."""
    plan = hold(tx, plan_id, DRAFT, revision=revision)
    _check_head(head, on)
    put(tx, plan_id, revision=plan.revision + 1, **head)


def _check_head(head: Mapping[str, Any], today: date) -> None:
    if head["paper_on"] > today:
        raise _wrong("paper_on", "Ngày văn bản ở tương lai. Chỉ lập phương án khi đã có văn bản.")
    if abs(head["on_day"].year - today.year) > FAR:
        raise _wrong("on_day", "Ngày này cách hôm nay quá xa. Hãy xem lại năm.")


def add_change(
    tx: Transaction,
    plan_id: int,
    verb: str,
    answers: Mapping[str, Any],
    *,
    reach: Collection[int],
) -> int:
    """One more change at the end. `reach`: the organisations that its maker administers."""
    plan = hold(tx, plan_id, DRAFT)
    changes = changes_of(tx, plan_id)
    if len(changes) >= MOST_CHANGES:
        raise Conflict(Text("Một phương án có nhiều nhất {most} thay đổi.", most=MOST_CHANGES))
    _require_known(changes, verb, answers, reach)
    if verb == "found" and answers["parent"] is None:
        _require_roots(tx, reach, plan.on_day)
    CHECKS[verb](tx, changes, answers)
    rank = max((one.rank for one in changes), default=0) + 1
    made = tx.insert(
        reorganisation_change, {"plan_id": plan_id, "rank": rank, "verb": verb, "answers": dict(answers)}
    )
    put(tx, plan_id, revision=plan.revision + 1)
    return made


def _require_known(
    changes: list[Change], verb: str, answers: Mapping[str, Any], reach: Collection[int]
) -> None:
    founded = {-one.id for one in changes if one.verb == "found"}
    if any(ref not in reach and ref not in founded for ref in refs_of(verb, answers)):
        raise Conflict(Text("Có tổ chức ngoài phạm vi quản trị của đồng chí. Hãy chọn lại."))


def _require_roots(tx: Transaction, reach: Collection[int], on: date) -> None:
    """Beside the roots of the tree only who administers all of them sets another."""
    if not set(tree_of(tx).children_on(None, on)) <= set(reach):
        raise _wrong("parent", "Hãy chọn cấp trên: chỉ quản trị viên của mọi tỉnh ủy lập được tỉnh ủy mới.")


def _check_found(tx: Transaction, changes: list[Change], answers: Mapping[str, Any]) -> None:
    if answers["parent"] is None and answers["kind"] != PROVINCE_COMMITTEE:
        raise _wrong("parent", "Chỉ tỉnh ủy không có cấp trên. Hãy chọn cấp trên.")
    if answers.get("code14"):
        code14(answers["code14"])
    same = " ".join(answers["name"].split()).casefold()
    if any(one.verb == "found" and one.answers["name"].casefold() == same for one in changes):
        raise _wrong("name", "Phương án đã có tổ chức mới mang tên này.")


def _check_merge(tx: Transaction, changes: list[Change], answers: Mapping[str, Any]) -> None:
    gone = answers["organisations"]
    if not gone or len(set(gone)) != len(gone) or answers["into"] in gone:
        raise _wrong(
            "organisations", "Hãy nêu ít nhất một tổ chức, mỗi tổ chức một lần, khác với tổ chức tiếp nhận."
        )
    _require_staying(changes, gone, "organisations")


def _check_split(tx: Transaction, changes: list[Change], answers: Mapping[str, Any]) -> None:
    into, own = answers["into"], answers["organisation"]
    fewest = 1 if answers["stays"] else 2
    if len(into) < fewest or len(set(into)) != len(into) or own in into:
        raise _wrong("into", "Hãy nêu các tổ chức tiếp nhận, mỗi tổ chức một lần, khác với tổ chức bị chia.")
    if not answers["stays"]:
        _require_staying(changes, [own], "organisation")


def _check_end(tx: Transaction, changes: list[Change], answers: Mapping[str, Any]) -> None:
    _require_staying(changes, [answers["organisation"]], "organisation")


def _require_staying(changes: list[Change], refs: Sequence[int], field: str) -> None:
    """Nothing ends twice."""
    gone = {
        ref
        for one in changes
        if one.verb in GIVES_UP and not one.answers.get("stays")
        for ref in (one.answers.get("organisations") or [one.answers["organisation"]])
    }
    if gone & set(refs):
        raise _wrong(field, "Có tổ chức đã kết thúc ở một thay đổi khác của phương án này.")


def _fine(tx: Transaction, changes: list[Change], answers: Mapping[str, Any]) -> None:
    """What the tree itself would refuse is said by the preview."""


CHECKS: Final[Mapping[str, Callable[[Transaction, list[Change], Mapping[str, Any]], None]]] = (
    MappingProxyType(
        {
            "found": _check_found,
            "rename": _fine,
            "move": _fine,
            "power": _fine,
            "merge": _check_merge,
            "split": _check_split,
            "end": _check_end,
        }
    )
)


def drop_change(tx: Transaction, plan_id: int, change_id: int) -> None:
    """Takes a change out; one that founds what another change needs cannot go before that."""
    plan = hold(tx, plan_id, DRAFT)
    change_of(tx, change_id, plan_id)
    needing = [one for one in changes_of(tx, plan_id) if -change_id in refs_of(one.verb, one.answers)]
    if needing:
        raise Conflict(Text("Tổ chức mới này còn được dùng ở thay đổi số {rank}.", rank=needing[0].rank))
    delete_change(tx, change_id)
    put(tx, plan_id, revision=plan.revision + 1)


def raise_change(tx: Transaction, plan_id: int, change_id: int) -> None:
    """One place earlier; not before what founds an organisation that it names."""
    plan = hold(tx, plan_id, DRAFT)
    changes = changes_of(tx, plan_id)
    place = next((n for n, one in enumerate(changes) if one.id == change_id), 0)
    if place == 0:
        return
    own, before = changes[place], changes[place - 1]
    if -before.id in refs_of(own.verb, own.answers):
        raise Conflict(Text("Thay đổi này dùng tổ chức mới lập ở ngay trước nó."))
    free = changes[-1].rank + 1
    for number, rank in ((own.id, free), (before.id, own.rank), (own.id, before.rank)):
        tx.execute(update(reorganisation_change).where(_C.id == number).values(rank=rank))
    put(tx, plan_id, revision=plan.revision + 1)


def share(
    tx: Transaction,
    plan_id: int,
    change_id: int,
    kind: str,
    things: Sequence[str],
    to_ref: int | None,
) -> None:
    """These go there; None: to the first, or where nothing ends they stay."""
    plan = hold(tx, plan_id, DRAFT)
    change = change_of(tx, change_id, plan_id)
    if change.verb != "split" or (to_ref is not None and to_ref not in change.answers["into"]):
        raise Conflict(Text("Hãy chọn một trong các tổ chức tiếp nhận của thay đổi này."))
    things = [one for one in things if kind == "class" or _is_number(one)]
    for thing in things:
        tx.execute(
            delete(reorganisation_share).where(_S.change_id == change_id, _S.kind == kind, _S.thing == thing)
        )
    if to_ref is not None:
        rows = [
            {"change_id": change_id, "kind": kind, "thing": one, "to_ref": to_ref}
            for one in dict.fromkeys(things)
        ]
        tx.insert_new(reorganisation_share, rows)
    put(tx, plan_id, revision=plan.revision + 1)


def _is_number(thing: str) -> bool:
    """A class goes by its name; everything else by the number of a row."""
    return thing.isascii() and thing.isdecimal() and len(thing) < 19


def submit(tx: Transaction, plan_id: int, *, revision: int, by: int, on: date, now: datetime) -> None:
    """To the second person. Whether it can be done was tried before (`foreseeing`)."""
    plan = hold(tx, plan_id, DRAFT, revision=revision)
    some = tx.execute(select(func.count()).where(_C.plan_id == plan_id)).scalar_one()
    if not some:
        raise Conflict(Text("Phương án chưa có thay đổi nào."))
    put(tx, plan_id, state=SUBMITTED, submitted_by=by, submitted_at=now, returned_because=None)
    _note(tx, "reorganisation_submitted", plan_id, plan.organisation_id, plan._mapping, by=by, on=on, now=now)
    tell(tx, plan, WAITS, (one for one in approvers(tx, plan, on) if one != by), now=now)


def withdraw(tx: Transaction, plan_id: int, *, by: int, on: date, now: datetime) -> None:
    """Given up, while nothing was done."""
    plan = hold(tx, plan_id, DRAFT, SUBMITTED)
    put(tx, plan_id, state=WITHDRAWN)
    waits_no_more(tx, plan, now=now)
    _note(tx, "reorganisation_withdrawn", plan_id, plan.organisation_id, plan._mapping, by=by, on=on, now=now)


def _note(
    tx: Transaction,
    kind: str,
    plan_id: int,
    organisation_id: int,
    head: Mapping[str, Any],
    *,
    by: int,
    on: date,
    now: datetime,
) -> None:
    note(
        tx,
        kind,
        organisation_id=organisation_id,
        on=on,
        by=by,
        now=now,
        plan=plan_id,
        name=head["title"],
        number=head["number"],
        since=head["on_day"],
    )


def _wrong(field: str, message: str, **params: object) -> InvalidAnswers:
    return InvalidAnswers({field: [Text(message, **params)]})
