"""Why somebody sees a thing, and why somebody cannot do something to it: as sentences, one a line.

They are for what the person may know of: of a thing that is absent or forbidden nothing is told.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from engine.errors import Text
from engine.records import metadata
from engine.time import VIETNAM
from engine.transactions import Transaction
from workflows.access import glass, mandates, queries
from workflows.access.permissions import (
    DECIDING,
    GLASS,
    GLASS_TEXTS,
    HELPER,
    MANDATE,
    OWN,
    PERMISSIONS,
    RECEIVER,
    SCHOOL,
    SELF,
    SUPERIOR,
    Permission,
)
from workflows.access.personal import moment, of_person
from workflows.access.questions import ORDER, Right, right_for
from workflows.access.relations import Case, Task, Thing, relations
from workflows.access.right_words import PERMISSION_WORDS, relation_sentence
from workflows.access.seats import Seat, acting_for
from workflows.admission.steps import STEPS
from workflows.organisations.queries import name_on, tree_of
from workflows.organisations.resolution import answering
from workflows.people.words import POSITIONS

HIDDEN = Text("Không có trang này, hoặc đồng chí không được giao xem.")


def why_seen(tx: Transaction, user_id: int, permission: str, thing: Thing | None, on: date) -> list[Text]:
    """The seat, for whom it deputises, what its organisation is to the thing, the day; empty: no right."""
    right = right_for(tx, user_id, permission, thing, on)
    if right is None:
        return []
    found = [] if right.relation == SELF else [_seat_sentence(tx, right.seat, on)]
    if right.seat.position in HELPER and isinstance(thing, Task):
        found.append(Text("Đồng chí là đảng viên được phân công giúp đỡ người này."))
    elif right.relation is not None and thing is not None:
        found.append(_relation_sentence(tx, user_id, right.seat, right.relation, thing, on))
    do = Text(PERMISSION_WORDS.get(permission, permission))
    found.append(Text("Vì vậy đồng chí được {do}; tính theo ngày {day}.", do=do, day=on))
    return found[:-1] if right.relation == SELF else found


def why_not(tx: Transaction, user_id: int, permission: str, thing: Thing | None, on: date) -> list[Text]:
    """What is missing, then who may, by position and organisation; empty: nothing stands against it."""
    right = right_for(tx, user_id, permission, thing, on)
    if right is not None:
        return _step_reasons(tx, right, permission, thing, on)
    seats = acting_for(tx, user_id, on)
    if not seats:
        return [Text("Hôm nay tài khoản của đồng chí không giữ chức trách nào.")]
    rule = PERMISSIONS[permission]
    if thing is None:
        return [_wrong_position(seats), *_who_may(tx, permission, thing, on)]
    met = [(seat, relations(tx, seat.organisation_id, thing, on) or frozenset()) for seat in seats]
    reading = of_person(tx, user_id, thing, on)
    if not reading and not any(found for _seat, found in met):
        return [HIDDEN]
    told = [_against(tx, seat, found, rule, thing, on) for seat, found in met if found]
    if reading and not told:
        told = [Text("Đồng chí chỉ được xem, không được làm thay đổi.")]
    once = {str(one): one for one in told}
    return [*once.values(), *_who_may(tx, permission, thing, on)]


def _seat_sentence(tx: Transaction, seat: Seat, on: date) -> Text:
    position, place = Text(POSITIONS.get(seat.position, seat.position)), name_on(tx, seat.organisation_id, on)
    if seat.stood_in_for:
        return Text(
            "Đồng chí làm thay {name} ({position}, {organisation}).",
            name=seat.stood_in_for,
            position=position,
            organisation=place,
        )
    return Text("Đồng chí là {position}, {organisation}.", position=position, organisation=place)


def _relation_sentence(
    tx: Transaction, user_id: int, seat: Seat, relation: str, thing: Thing, on: date
) -> Text:
    sentence = relation_sentence(relation, type(thing).__name__)
    if relation == MANDATE:
        return Text(sentence, **_mandate_words(tx, user_id, thing, on))
    if relation in (GLASS, GLASS_TEXTS):
        return Text(sentence, until=_until(tx, user_id, thing))
    owner = owner_of(tx, thing)
    named = name_on(tx, owner, on) if owner is not None else ""
    return Text(sentence, seat=name_on(tx, seat.organisation_id, on), owner=named)


def _mandate_words(tx: Transaction, user_id: int, thing: Thing, on: date) -> dict[str, Any]:
    row = mandates.naming(tx, user_id, thing.id, on)
    return {"number": row.number, "day": row.paper_on, "until": row.valid_to - timedelta(days=1)}


def _until(tx: Transaction, user_id: int, thing: Thing) -> str:
    now = moment(tx)
    row = glass.opened(tx, user_id, thing.id, now) if now is not None else None
    return f"{row.until.astimezone(VIETNAM):%H:%M %d/%m/%Y}" if row is not None else ""


def _against(
    tx: Transaction, seat: Seat, found: frozenset[str], rule: Permission, thing: Thing, on: date
) -> Text:
    """The seat's organisation has to do with the thing: in another way, or only through another position."""
    if found & rule.relations or not rule.relations:
        return _wrong_position([seat])
    nearest = min(found, key=ORDER.index)
    is_ = _relation_sentence(tx, seat.user_id, seat, nearest, thing, on)
    return Text("{is_} Việc này không do nơi ấy làm.", is_=is_)


def _wrong_position(seats: Iterable[Seat]) -> Text:
    held = dict.fromkeys(seat.position for seat in seats)
    return Text("Chức trách {position} không làm việc này.", position=_listed(held))


def _step_reasons(
    tx: Transaction, right: Right, permission: str, thing: Thing | None, on: date
) -> list[Text]:
    """The right is there, but the step asks for a position of its own."""
    allowed = _step_positions(tx, permission, thing)
    if allowed is None or right.relation not in (OWN, None):
        return []
    seats = acting_for(tx, right.seat.user_id, on)
    here = {seat.position for seat in seats if seat.organisation_id == right.seat.organisation_id}
    if here & allowed:
        return []
    return [_wrong_position([right.seat]), *_who_may(tx, permission, thing, on)]


def _step_positions(tx: Transaction, permission: str, thing: Thing | None) -> frozenset[str] | None:
    if not isinstance(thing, Task) or permission not in ("task.complete", "task.confirm"):
        return None
    row = queries.task_row(tx, thing.id)
    step = STEPS.get(_element(tx, thing.id) or "")
    if row is None or step is None:
        return None
    node = tree_of(tx).nodes.get(row.organisation_id or row.custodian_id)
    kind = node.kind if node is not None else None
    return step.prepare_at(kind) if permission == "task.complete" else step.confirm_at(kind)


def _element(tx: Transaction, task_id: int) -> str | None:
    task = metadata.tables["task"]
    found: str | None = tx.execute(select(task.c.element).where(task.c.id == task_id)).scalar()
    return found


def _who_may(tx: Transaction, permission: str, thing: Thing | None, on: date) -> list[Text]:
    """The positions that may, in the organisation whose relation is the nearest of the permission."""
    rule = PERMISSIONS[permission]
    positions = (_step_positions(tx, permission, thing) or rule.positions) & rule.positions
    if not positions:
        return []
    words = _listed([word for word in POSITIONS if word in positions])
    if thing is None or not rule.relations:
        return [Text("Người làm được: {positions}.", positions=words)]
    for relation in sorted(rule.relations, key=ORDER.index):
        names = [name_on(tx, one, on) for one in sorted(_holders(tx, relation, thing, on))]
        if names:
            return [
                Text("Người làm được: {positions} của {organisation}.", positions=words, organisation=one)
                for one in names
            ]
    return []


def _holders(tx: Transaction, relation: str, thing: Thing, on: date) -> set[int]:
    """The organisations that have the relation; only those that the sentence should name."""
    owner = owner_of(tx, thing)
    if owner is None:
        return set()
    if relation == OWN:
        return {owner}
    if relation == SUPERIOR:
        parent = tree_of(tx).parent_on(owner, on)
        return {parent} if parent is not None else set()
    if relation == DECIDING:
        committee = answering(tree_of(tx), "deciding_committee", owner, on)
        return {committee} if committee is not None else set()
    if relation == SCHOOL:
        row = queries.case_row(tx, thing.id) if isinstance(thing, Case) else None
        return queries.school_of(tx, row.subject_id if row is not None else thing.id)
    if relation == RECEIVER and isinstance(thing, Task):
        line = queries.task_row(tx, thing.id)
        return {line.custodian_id} if line is not None else set()
    return set()


def owner_of(tx: Transaction, thing: Thing) -> int | None:
    """The organisation that answers for the thing; None where it is gone, or of no organisation."""
    asked = _OWNERS.get(type(thing).__name__)
    return asked(tx, thing.id) if asked else None


def _of_task(tx: Transaction, task_id: int) -> int | None:
    row = queries.task_row(tx, task_id)
    return None if row is None else int(row.organisation_id or row.custodian_id)


def _of_case(tx: Transaction, case_id: int) -> int | None:
    row = queries.case_row(tx, case_id)
    return None if row is None else int(row.custodian_id)


def _column(table: str, column: str) -> Callable[[Transaction, int], int | None]:
    def read(tx: Transaction, number: int) -> int | None:
        rows = metadata.tables[table]
        found: int | None = tx.execute(select(rows.c[column]).where(rows.c.id == number)).scalar()
        return found

    return read


def _of_vote(tx: Transaction, vote_id: int) -> int | None:
    row = queries.vote_row(tx, vote_id)
    return None if row is None else int(row.organisation_id)


def _from_of_handover(tx: Transaction, handover_id: int) -> int | None:
    rows = metadata.tables["handover"].c
    found: int | None = tx.execute(select(rows.from_id).where(rows.case_id == handover_id)).scalar()
    return found


_OWNERS: Mapping[str, Callable[[Transaction, int], int | None]] = {
    "Case": _of_case,
    "Task": _of_task,
    "Vote": _of_vote,
    "Custody": queries.custodian_of,
    "Handover": _from_of_handover,
    "Organisation": lambda _tx, number: number,
    "Body": lambda _tx, number: number,
    "Meeting": _column("planned_meeting", "organisation_id"),
    "Mandate": _column("mandate", "organisation_id"),
    "Glass": _column("glass", "custodian_id"),
}


def _listed(words: Iterable[str]) -> Text:
    """Positions one after the other, each to be translated on its own."""
    found = [Text(POSITIONS.get(word, word)) for word in words]
    line = found[-1]
    for one in reversed(found[:-1]):
        line = Text("{one}, {others}", one=one, others=line)
    return line
