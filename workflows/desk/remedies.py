"""What can be put right on a case: deadlines that may still be extended, a vote with its figures."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.clocks import open_clocks
from engine.errors import Text
from engine.transactions import Transaction
from workflows.admission import granting
from workflows.admission.clocks import extended
from workflows.admission.records import meeting, vote
from workflows.organisations.records import organisation
from workflows.people.records import user_account
from workflows.rules import deadlines
from workflows.rules.editions import edition_on
from workflows.rules.queries import calendar_of


@dataclass(frozen=True)
class Extendable:
    """A running clock that the rules let be extended: its due day now, the one after, the sum in parts."""

    name: str
    due_on: date
    extended_to: date
    sum: list[Text]


def extendable(tx: Transaction, case_id: int, on: date) -> list[Extendable]:
    """The clocks of a case that an extension on that day would move."""
    found = []
    for clock in open_clocks(tx, case_id):
        rule = deadlines.RULES.get(clock.rule)
        if rule is None or rule.extension is None or extended(tx, clock):
            continue
        due = deadlines.due(clock.rule, clock.started_on, edition_on(on), calendar_of(tx), extended=True)
        found.append(Extendable(clock.name, clock.due_on, due.day, due.parts()))
    return found


@dataclass(frozen=True)
class Grantable:
    """A running clock that only the superior prolongs; `lasting`: what the rules ask stays as it is."""

    id: int
    name: str
    item: int | None
    due_on: date
    lasting: bool


def grantable(tx: Transaction, case_id: int) -> list[Grantable]:
    """The clocks of a case to which a superior may give a new day."""
    return [
        Grantable(one.id, one.name, one.item, one.due_on, deadlines.RULES[one.rule].lasting)
        for one in granting.grantable(tx, case_id)
    ]


def vote_of(tx: Transaction, vote_id: int) -> Any:
    """A vote with its meeting, the body's organisation and who wrote the figures; None when there is none."""
    return tx.execute(
        select(
            vote,
            meeting.c.on_day,
            meeting.c.body,
            organisation.c.name.label("organisation"),
            user_account.c.name.label("proposer"),
        )
        .join(meeting, meeting.c.id == vote.c.meeting_id)
        .join(organisation, organisation.c.id == meeting.c.organisation_id)
        .outerjoin(user_account, user_account.c.id == vote.c.proposed_by)
        .where(vote.c.id == vote_id)
    ).one_or_none()
