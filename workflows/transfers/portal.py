"""Where the Party's own portal carries a transfer: by organisation and day, as its papers say.

There we prepare the data and keep the procedure's number and days, and fill no box of a paper letter.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine.among import among
from engine.errors import InvalidAnswers, Text
from engine.time import day_of
from engine.transactions import Transaction
from workflows.administration.log import note
from workflows.organisations.queries import tree_of
from workflows.organisations.records import organisation
from workflows.transfers.records import portal_period

_ALL = select(portal_period)  # a handful: an organisation declares its own once


def in_force(tx: Transaction, organisation_id: int, variant: str, on: date) -> bool:
    """Whether the portal carries this form of transfer for the organisation, or one above it, that day."""
    covering = {organisation_id, *tree_of(tx).ancestors_on(organisation_id, on)}
    return any(
        row.organisation_id in covering
        and row.variant == variant
        and row.valid_from <= on
        and (row.valid_to is None or on < row.valid_to)
        for row in tx.once("portal", lambda: tx.execute(_ALL).all(), portal_period)
    )


def periods(tx: Transaction, organisation_id: int, on: date) -> list[Any]:
    """What was written down for the organisation and those above it, newest first, each with whose it is."""
    p, tree = portal_period.c, tree_of(tx)
    covering = [organisation_id, *tree.ancestors_on(organisation_id, on)]
    query = select(portal_period, organisation.c.name.label("organisation"))
    query = query.join(organisation, organisation.c.id == p.organisation_id)
    query = query.where(among(p.organisation_id, "covering")).order_by(p.valid_from.desc(), p.id.desc())
    return list(tx.execute(query, {"covering": covering}))


def declare(
    tx: Transaction,
    organisation_id: int,
    variant: str,
    *,
    since: date,
    until: date | None,
    paper: str,
    by: int,
    now: datetime,
) -> int:
    """By that paper the portal carries it from a day on; `until`: the first day when it no longer does."""
    if not paper.strip():
        raise InvalidAnswers({"paper": [Text("Cần ghi văn bản quy định việc làm trên Cổng.")]})
    if until is not None and until <= since:
        raise InvalidAnswers({"until": [Text("Ngày thôi áp dụng phải sau ngày bắt đầu.")]})
    row = {
        "organisation_id": organisation_id,
        "variant": variant,
        "valid_from": since,
        "valid_to": until,
        "paper": paper.strip(),
        "by_user": by,
        "recorded_at": now,
    }
    name = tree_of(tx).nodes[organisation_id].name
    about: dict[str, Any] = {"organisation_id": organisation_id, "name": name, "since": since}
    note(tx, "portal_declared", on=day_of(now), by=by, now=now, source=paper.strip(), **about)
    return tx.insert(portal_period, row)
