"""The one table: permission → the relations and the positions that give it.

A relation is what a person's organisation has to do with the thing asked about, on a day (`relations.py`).
A permission is given when one seat of the person has one of the relations and one of the positions.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# Positions that act for their organisation; an auditor reads by mandate, an administrator sees no case.
PARTY = frozenset({"secretary", "deputy_secretary", "committee_member", "officer"})
SIGNERS = frozenset({"secretary", "deputy_secretary", "officer"})
UNION = frozenset({"union_secretary"})
CENTRE = frozenset({"centre_officer"})
HELPER = frozenset({"helper"})
CLERKS = PARTY | UNION | CENTRE
EVERYBODY = CLERKS | HELPER | {"auditor", "administrator"}

# What a seat's organisation can be to a case, a task, a student or an organisation.
OWN = "own"  # the custodian; for a task, the organisation that owes it
ANSWERING = "answering"  # owes an open task of the case: residence, addressee, opinion giver, centre
SCHOOL = "school"  # Party or union organisation of the student's institution
SUPERIOR = "superior"  # above the custodian on that day, or the board that works for one above it
FORMER = "former"  # was custodian before: no right of its own, named so that the tests can say so
RECEIVER = "receiver"  # the custodian types the paper of an organisation that has no account
RELATIONS = frozenset({OWN, ANSWERING, SCHOOL, SUPERIOR, FORMER, RECEIVER})


@dataclass(frozen=True)
class Permission:
    """`relations` empty: the position alone is enough, the permission is about no single thing."""

    positions: frozenset[str]
    relations: frozenset[str] = frozenset()


PERMISSIONS: Mapping[str, Permission] = {
    # pages of one's own desk
    "desk.see": Permission(EVERYBODY),
    # a task: seen and done by who owes it; typed by the receiver of the paper where nobody sits there
    "task.see": Permission(CLERKS | HELPER, frozenset({OWN, RECEIVER, SUPERIOR})),
    "task.complete": Permission(CLERKS | HELPER, frozenset({OWN, RECEIVER})),
    "task.confirm": Permission(PARTY | UNION, frozenset({OWN, SUPERIOR, RECEIVER})),
    # a case: an organisation that only owes one task of it sees that task, not the case
    "case.see": Permission(CLERKS, frozenset({OWN, SCHOOL, SUPERIOR})),
    "cases.list": Permission(CLERKS),
    "case.interrupt": Permission(PARTY, frozenset({OWN, SUPERIOR})),
    "case.helper_lost": Permission(PARTY, frozenset({OWN})),
    # the school roll: only one's own institution, and never the superior
    "students.list": Permission(PARTY | UNION),
    "student.see": Permission(PARTY | UNION, frozenset({SCHOOL})),
    "student.reveal": Permission(SIGNERS, frozenset({SCHOOL})),
    "students.import": Permission(PARTY | UNION),
    "upload.take": Permission(PARTY | UNION, frozenset({OWN})),
    "pool.propose": Permission(PARTY | UNION, frozenset({SCHOOL})),
    "pool.leave": Permission(PARTY | UNION, frozenset({SCHOOL})),
    "pool.confirm": Permission(PARTY, frozenset({OWN})),
    "student.nominate": Permission(PARTY | UNION, frozenset({SCHOOL})),
}
