"""Carries a founding workbook out by the verbs of the tree and of the people: all of it, or nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from engine import journal
from engine.errors import Conflict, Failure, Text
from engine.transactions import Transaction
from workflows.access.accounts import SLIP_LASTS
from workflows.founding.drafting import Line
from workflows.founding.planning import Plan, plan
from workflows.founding.reading import Book
from workflows.founding.roll import Entry
from workflows.founding.schools import School
from workflows.founding.seats import Seat
from workflows.founding.sheets import FORMS
from workflows.founding.slips import Slip
from workflows.founding.units import Unit
from workflows.imports.collecting import put_off
from workflows.organisations.changes import found
from workflows.organisations.communes import keep_communes
from workflows.organisations.queries import forget_tree
from workflows.organisations.records import institution
from workflows.people.members import add_member
from workflows.people.names import search_key
from workflows.people.users import add_position, add_user
from workflows.sandbox.queries import refuse_real_data

CHANGED = "Dữ liệu vừa thay đổi trong lúc nhập; chưa ghi gì. Hãy chạy lại lệnh."
# Two foundings at once would each find nothing there; the second waits for the first.
_ONE_AT_A_TIME = text("LOCK TABLE organisation IN SHARE ROW EXCLUSIVE MODE")


def take_over(
    tx: Transaction,
    book: Book,
    province: str,
    slips: Iterable[Slip],
    *,
    on: date,
    now: datetime,
    by: int | None = None,
) -> Plan:
    """Plans again inside this transaction and, where no row has a fault, founds what is new.

    `by`: who brings it in, once there are accounts. `slips`: a password for every new account, made before
    (hashing is slow on purpose). A plan that is not clean wrote nothing. Failure names the row that a verb
    refused: then undo the transaction.
    """
    refuse_real_data(tx)
    if tx.dialect == "postgresql":
        tx.execute(_ONE_AT_A_TIME)
    planned = plan(tx, book, province, on)
    if not planned.clean:
        return planned
    hashes = {slip.username: slip.hashed for slip in slips}
    if {seat.line.values["username"] for seat in planned.accounts.new} != hashes.keys():
        raise Conflict(Text(CHANGED))
    with put_off():
        kept = keep_communes(tx, province_name(planned))
        made = {
            "organisations": _units(tx, planned.units.ordered, now, by),
            "schools": _schools(tx, planned.schools),
            "members": _members(tx, planned.members.entries),
            "accounts": _accounts(tx, planned.accounts.seats, hashes, now + SLIP_LASTS),
        }
    _record(tx, planned, made, kept, now, by)
    return planned


def province_name(planned: Plan) -> str:
    return planned.units.communes.province


def _units(tx: Transaction, units: Sequence[Unit], now: datetime, by: int | None) -> list[int]:
    made = []
    for unit in units:
        if unit.id is None and unit.line is not None:
            unit.id = _try(unit.line, _found, tx, unit, unit.line.values, now, by)
            made.append(unit.id)
    return made


def _found(tx: Transaction, unit: Unit, values: Mapping[str, Any], now: datetime, by: int | None) -> int:
    return found(
        tx,
        kind=values["kind"],
        name=values["name"],
        parent_id=unit.parent.id if unit.parent else None,
        on=values["since"],
        by=by,
        now=now,
        code14=values.get("code14"),
        commune_code=values.get("commune"),
        decided_by=values.get("decided_by"),
    )


def _schools(tx: Transaction, schools: Sequence[School]) -> list[int]:
    """There is no verb for a school: a row, and the tree is read again."""
    made = []
    for school in schools:
        if school.line.known is None:
            values = school.line.values
            row = {
                "name": values["name"],
                "name_key": search_key(values["name"]),
                "kind": values["kind"],
                "commune_code": values["commune"],
                "party_organisation_id": school.party and school.party.id,
                "union_organisation_id": school.union and school.union.id,
                "cell_id": school.cell and school.cell.id,
            }
            made.append(tx.insert(institution, row))
    forget_tree(tx)
    return made


def _members(tx: Transaction, entries: Sequence[Entry]) -> list[int]:
    made = []
    for entry in entries:
        if entry.person.id is None:
            entry.person.id = _try(entry.line, _member, tx, entry)
            made.append(entry.person.id)
    return made


def _member(tx: Transaction, entry: Entry) -> int:
    values, cell, since = entry.line.values, entry.cell, entry.since
    if cell is None or cell.id is None or since is None:
        raise Conflict(Text(CHANGED))
    return add_member(
        tx,
        values["name"],
        cell_id=cell.id,
        status=values["status"],
        since=since,
        birth_date=values.get("birth_date"),
        admitted_on=values.get("admitted_on"),
        official_on=values.get("official_on"),
    )


def _accounts(
    tx: Transaction, seats: Sequence[Seat], hashes: Mapping[str, str], expires_at: datetime
) -> list[int]:
    """The accounts that are new; positions are added to those that were there as well."""
    made: dict[str, int] = {}
    for seat in seats:
        if seat.line.known is None:
            _try(seat.line, _take_seat, tx, seat, made, hashes, expires_at)
    return list(made.values())


def _take_seat(
    tx: Transaction, seat: Seat, made: dict[str, int], hashes: Mapping[str, str], expires_at: datetime
) -> None:
    values = seat.line.values
    username = values["username"]
    account_id = seat.account_id or made.get(username)
    if account_id is None:
        account_id = made[username] = add_user(
            tx,
            username,
            values["name"],
            password=hashes[username],
            member_id=seat.person.id if seat.person else None,
            slip_expires_at=expires_at,
        )
    if seat.unit is None or seat.unit.id is None:
        raise Conflict(Text(CHANGED))
    add_position(tx, account_id, seat.unit.id, values["position"], since=values["since"])


def _try(line: Line, verb: Callable[..., Any], *given: Any) -> Any:
    """What a verb refuses is told with the row that it was about."""
    try:
        return verb(*given)
    except Failure as failure:
        fields = getattr(failure, "fields", {})
        reasons = [str(message) for messages in fields.values() for message in messages] or [str(failure)]
        raise Conflict(
            Text(
                "Trang “{sheet}”, dòng {row}: {why} Chưa ghi gì.",
                sheet=FORMS[line.sheet].name,
                row=line.number,
                why=" ".join(reasons),
            )
        ) from failure


def _record(
    tx: Transaction,
    planned: Plan,
    made: Mapping[str, list[int]],
    communes: int,
    now: datetime,
    by: int | None,
) -> None:
    """Ids and numbers only: whose names they are stands in the tables."""
    for sheet, ids in made.items():
        new = planned.counts[sheet]["new"]
        if new:
            facts = {"workbook": planned.book.digest, "new": new, "ids": ids}
            journal.append(tx, None, f"{sheet}_founded", on=planned.on, by=by, now=now, facts=facts)
    if communes:
        facts = {"province": province_name(planned), "new": communes}
        journal.append(tx, None, "communes_kept", on=planned.on, by=by, now=now, facts=facts)
