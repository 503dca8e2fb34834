"""Changes of the tree by an administrator: foreseen by doing and undoing them, then done in one go and noted.

The verbs of `organisations.changes` keep the dated rows; here is what a change takes along: positions that
end, open tasks that another organisation owes from now on. Two changes at once wait for each other.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import func, or_, select, text

from engine.errors import Conflict, InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from workflows.administration.last import require_another_administrator
from workflows.administration.log import note
from workflows.administration.placing import flows, misplaced, place_again
from workflows.administration.positions import cut
from workflows.administration.touching import Foreseen, deciding_in, name_in, stops_of_ending, touched
from workflows.organisations import changes
from workflows.organisations.codes import code14
from workflows.organisations.kinds import COMMITTEES, PARTY_CELL, UNION_BRANCH, YOUTH_UNION_BASE
from workflows.organisations.queries import forget_tree, tree_of
from workflows.organisations.records import organisation, organisation_change
from workflows.people.records import position

CHANGED = Text("Vừa có người sửa tổ chức này. Hãy xem lại trang của tổ chức rồi làm lại.")
FAR: Final = 100  # years; a slip of the keyboard, not a rule
_ONE_AT_A_TIME = text("LOCK TABLE organisation_change IN SHARE ROW EXCLUSIVE MODE")

# Kinds that may have others below, and what beside committees may have which.
ABOVE: Final = COMMITTEES | {PARTY_CELL, YOUTH_UNION_BASE}
_ONLY_BELOW: Final = {PARTY_CELL: {YOUTH_UNION_BASE, UNION_BRANCH}, YOUTH_UNION_BASE: {UNION_BRANCH}}

Answers = Mapping[str, Any]
Done = tuple[str, int, dict[str, Any]]  # kind of the entry, the organisation, its facts


def version_of(tx: Transaction, organisation_id: int) -> int:
    """The latest change of an organisation: a form made before another change is refused."""
    found = select(func.max(organisation_change.c.id)).where(
        organisation_change.c.organisation_id == organisation_id
    )
    return int(tx.execute(found).scalar() or 0)


def foresee(
    tx: Transaction, verb: str, organisation_id: int, answers: Answers, *, by: int, on: date, now: datetime
) -> Foreseen:
    """What the change would touch. It is done here to know: the caller undoes the transaction."""
    begin(tx)
    _require_near(answers, on)
    found = _obstacles(tx, verb, organisation_id, answers, on)
    if found.stops:
        return found
    before, day = tree_of(tx), max(on, answers.get("on") or on)
    already = {one.task_id for one in misplaced(tx, before, day)}
    CHANGES[verb](tx, organisation_id, answers, by, now)
    after = tree_of(tx)
    moving = [one for one in misplaced(tx, after, day) if one.task_id not in already]
    found.moving = [(name_in(before, old), name_in(after, new), count) for old, new, count in flows(moving)]
    found.decides = deciding_in(before, organisation_id, day), deciding_in(after, organisation_id, day)
    return found


def begin(tx: Transaction) -> None:
    """One change at a time; what was read of the tree before may be old."""
    if tx.dialect == "postgresql":
        tx.execute(_ONE_AT_A_TIME)
    forget_tree(tx)


def _obstacles(tx: Transaction, verb: str, organisation_id: int, answers: Answers, on: date) -> Foreseen:
    if organisation_id not in tree_of(tx).nodes:
        raise NotFound
    found = touched(tx, organisation_id, on)
    if verb == "end":
        stops_of_ending(tx, organisation_id, answers["on"], found)
    return found


def carry_out(
    tx: Transaction,
    verb: str,
    organisation_id: int,
    answers: Answers,
    *,
    version: int,
    by: int,
    on: date,
    now: datetime,
) -> int:
    """Does the change; gives the organisation it made or changed. Conflict where the version is no longer."""
    begin(tx)
    if version_of(tx, organisation_id) != version:
        raise Conflict(CHANGED)
    _require_near(answers, on)
    found = _obstacles(tx, verb, organisation_id, answers, on)
    if found.stops:
        raise InvalidAnswers({"on": found.stops})
    kind, changed, facts = CHANGES[verb](tx, organisation_id, answers, by, now)
    if verb == "end":
        _end_positions(tx, organisation_id, answers["on"], on)
    place_again(tx, on)
    note(tx, kind, organisation_id=changed, on=on, by=by, now=now, **facts)
    return changed


def _require_near(answers: Answers, on: date) -> None:
    begins = answers.get("on")
    if begins is not None and abs(begins.year - on.year) > FAR:
        raise InvalidAnswers({"on": [Text("Ngày này cách hôm nay quá xa. Hãy xem lại năm.")]})


def _end_positions(tx: Transaction, organisation_id: int, until: date, on: date) -> None:
    p = position.c
    held = or_(p.valid_to.is_(None), p.valid_to > until)
    administers = select(p.id).where(
        p.organisation_id == organisation_id, p.position == "administrator", held
    )
    for one in tx.execute(administers).scalars().all():
        require_another_administrator(tx, organisation_id, on=on, without_position=one)
    cut(tx, (p.organisation_id == organisation_id) & p.deputises_id.is_not(None), until)
    cut(tx, p.organisation_id == organisation_id, until)


def _found(tx: Transaction, parent_id: int, answers: Answers, by: int, now: datetime) -> Done:
    require_fit(tx, parent_id, answers["kind"], "kind")
    code = _free_code(tx, answers.get("code14"), None)
    _require_new_name(tx, parent_id, answers)
    made = changes.found(
        tx,
        kind=answers["kind"],
        name=answers["name"],
        parent_id=parent_id,
        on=answers["on"],
        by=by,
        now=now,
        code14=code,
        decided_by=answers.get("decided_by") or None,
    )
    return (
        "organisation_founded",
        made,
        {"name": answers["name"], "since": answers["on"], "parent": parent_id},
    )


def require_fit(tx: Transaction, parent_id: int, kind: str, field: str) -> None:
    """Refuses a kind that cannot stand there: only committees have cells and committees below them."""
    parent = tree_of(tx).nodes.get(parent_id)
    allowed = _ONLY_BELOW.get(parent.kind, set()) if parent else set()
    if parent is None or not (parent.kind in COMMITTEES or kind in allowed):
        raise InvalidAnswers({field: [Text("Tổ chức loại này không trực thuộc ở đây được. Hãy chọn lại.")]})


def _require_new_name(tx: Transaction, parent_id: int, answers: Answers) -> None:
    """A form sent twice would found the same organisation twice."""
    tree = tree_of(tx)
    wanted = " ".join(str(answers["name"]).split()).casefold()
    if any(tree.nodes[one].name.casefold() == wanted for one in tree.children_on(parent_id, answers["on"])):
        raise InvalidAnswers({"name": [Text("Ở đây đã có tổ chức trực thuộc mang tên này.")]})


def _rename(tx: Transaction, organisation_id: int, answers: Answers, by: int, now: datetime) -> Done:
    before = tree_of(tx).nodes[organisation_id].name
    name = " ".join(str(answers["name"]).split())
    if name == before:
        raise InvalidAnswers({"name": [Text("Tên này đang dùng. Hãy ghi tên mới.")]})
    changes.rename(tx, organisation_id, name, on=answers["on"], by=by, now=now)
    return "organisation_renamed", organisation_id, {"before": before, "name": name, "since": answers["on"]}


def _move(tx: Transaction, organisation_id: int, answers: Answers, by: int, now: datetime) -> Done:
    tree, day = tree_of(tx), answers["on"]
    place = tree.place_on(organisation_id, day)
    if place is not None and place.parent_id == answers["parent_id"]:
        raise InvalidAnswers({"parent": [Text("Tổ chức đang trực thuộc chính cấp ủy này.")]})
    require_fit(tx, answers["parent_id"], tree.nodes[organisation_id].kind, "parent")
    power, regime = (place.decided_by, place.regime) if place else (None, None)
    changes.move(
        tx, organisation_id, answers["parent_id"], on=day, by=by, now=now, regime=regime, decided_by=power
    )
    facts = {"name": tree.nodes[organisation_id].name, "parent": answers["parent_id"], "since": day}
    return "organisation_moved", organisation_id, facts


def _empower(tx: Transaction, organisation_id: int, answers: Answers, by: int, now: datetime) -> Done:
    tree, day, power = tree_of(tx), answers["on"], answers.get("decided_by") or ""
    place = tree.place_on(organisation_id, day)
    if place is None:
        raise InvalidAnswers({"on": [Text("Tổ chức không hoạt động vào ngày này.")]})
    if (place.decided_by or "") == power:
        raise InvalidAnswers({"decided_by": [Text("Thẩm quyền đang là như vậy.")]})
    changes.move(
        tx,
        organisation_id,
        place.parent_id,
        on=day,
        by=by,
        now=now,
        regime=place.regime,
        decided_by=power or None,
    )
    facts = {"name": tree.nodes[organisation_id].name, "power": power, "since": day}
    return "organisation_power", organisation_id, facts


def _end(tx: Transaction, organisation_id: int, answers: Answers, by: int, now: datetime) -> Done:
    name = tree_of(tx).nodes[organisation_id].name
    changes.end(tx, organisation_id, on=answers["on"], by=by, now=now)
    return "organisation_ended", organisation_id, {"name": name, "since": answers["on"]}


def _code(tx: Transaction, organisation_id: int, answers: Answers, by: int, now: datetime) -> Done:
    code = _free_code(tx, answers["code14"], organisation_id)
    changes.give_code(tx, organisation_id, code or "", on=answers["on"], by=by, now=now)
    name = tree_of(tx).nodes[organisation_id].name
    return "organisation_coded", organisation_id, {"name": name, "code": code}


def _free_code(tx: Transaction, code: str | None, own: int | None) -> str | None:
    if not code:
        return None
    kept, o = code14(code), organisation.c
    holder = tx.execute(select(o.id, o.name).where(o.code14 == kept, o.valid_to.is_(None))).first()
    if holder is not None and holder.id != own:
        raise InvalidAnswers({"code14": [Text("Mã này là của {name}.", name=holder.name)]})
    return kept


Doing = Callable[[Transaction, int, Answers, int, datetime], Done]
CHANGES: Final[Mapping[str, Doing]] = MappingProxyType(
    {"found": _found, "rename": _rename, "move": _move, "power": _empower, "end": _end, "code": _code}
)
