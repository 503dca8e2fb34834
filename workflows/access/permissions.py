"""The one table: permission → the relations and the positions that give it.

A relation is what a person's organisation has to do with the thing asked about, on a day (`relations.py`).
A permission is given when one seat of the person has one of the relations and one of the positions, or when
the person alone has a relation to the thing (`personal.py`) and a seat of the kind that this one needs.
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
LEADERS = frozenset({"secretary", "deputy_secretary"})
AUDITORS = frozenset({"auditor"})
ADMINISTRATORS = frozenset({"administrator"})
NOBODY: frozenset[str] = frozenset()
EVERYBODY = CLERKS | HELPER | {"auditor", "administrator"}

# What a seat's organisation can be to a case, a task, a student or an organisation.
OWN = "own"  # the custodian; for a task, the organisation that owes it
ANSWERING = "answering"  # owes an open task of the case: residence, addressee, opinion giver, centre
SCHOOL = "school"  # Party or union organisation of the student's institution
KEEPING = "keeping"  # answers for the student now: by the stair, and before any step of it the school
SUPERIOR = "superior"  # above the custodian on that day, or the board that works for one above it
FORMER = "former"  # was custodian before: no right of its own, named so that the tests can say so
DECIDING = "deciding"  # decides on the admission, works for the one that does, or stands above it
RECEIVER = "receiver"  # the custodian types the paper of an organisation that has no account
SHARED = "shared"  # an account that also sits outside of what this organisation reaches
HANDING = "handing"  # hands a person on: answered for the person when it began, or wrote the letter
ANSWERS_STILL = "answers_still"  # hands a person on whom nobody has taken over yet
TAKING = "taking"  # was asked to take the person over, or did
RELATIONS = frozenset(
    {OWN, ANSWERING, SCHOOL, KEEPING, SUPERIOR, FORMER, DECIDING, RECEIVER, SHARED}
    | {HANDING, ANSWERS_STILL, TAKING}
)

# What the person alone is to the thing, by a row that names both; it only reads, and is logged.
MANDATE = "mandate"  # an auditor whose mandate names the case, or an organisation above its custodian
GLASS = "glass"  # opened the case in an emergency, for some hours
GLASS_TEXTS = "glass_texts"  # the same, for the sealed words; not of a case whose person withdrew
SELF = "self"  # the student's own account: no seat is needed
MAKER = "maker"  # made the batch: nobody else sees or continues it
PERSONAL = frozenset({MANDATE, GLASS, GLASS_TEXTS, SELF, MAKER})
# Personal relation → the positions of the seat it needs beside the row; none for one's own file.
BESIDE: Mapping[str, frozenset[str]] = {
    MANDATE: frozenset({"auditor"}),
    GLASS: PARTY,
    GLASS_TEXTS: PARTY,
    SELF: frozenset(),
    MAKER: CLERKS | HELPER,
}


@dataclass(frozen=True)
class Permission:
    """`relations` empty: the position alone is enough, the permission is about no single thing.

    `personal`: relations of the person that give it too, whatever the organisation is to the thing.
    """

    positions: frozenset[str]
    relations: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()


PERMISSIONS: Mapping[str, Permission] = {
    # pages of one's own desk
    "desk.see": Permission(EVERYBODY),
    # a task: seen and done by who owes it; typed by the receiver of the paper where nobody sits there
    "task.see": Permission(CLERKS | HELPER, frozenset({OWN, RECEIVER, SUPERIOR})),
    "task.complete": Permission(CLERKS | HELPER, frozenset({OWN, RECEIVER})),
    "task.confirm": Permission(PARTY | UNION, frozenset({OWN, SUPERIOR, RECEIVER})),
    # a case: an organisation that only owes one task of it sees that task, not the case
    "case.see": Permission(CLERKS, frozenset({OWN, SCHOOL, SUPERIOR}), frozenset({MANDATE, GLASS})),
    # what was answered about parents: the Party's people of the file, not the union
    "case.verifications": Permission(PARTY, frozenset({OWN, SCHOOL, SUPERIOR}), frozenset({MANDATE, GLASS})),
    # sealed words of the acts: who keeps the file and those above; at a task only what it needs
    "case.read_texts": Permission(PARTY, frozenset({OWN, SUPERIOR}), frozenset({MANDATE, GLASS_TEXTS})),
    # what colleagues tell each other: who may see the case, or the task, reads and writes
    "case.comment": Permission(CLERKS, frozenset({OWN, SCHOOL, SUPERIOR})),
    "task.comment": Permission(CLERKS | HELPER, frozenset({OWN, RECEIVER, SUPERIOR})),
    "task.read_texts": Permission(CLERKS | HELPER, frozenset({OWN, RECEIVER})),
    "cases.list": Permission(CLERKS),
    "case.interrupt": Permission(PARTY, frozenset({OWN, SUPERIOR})),
    # the deadline of a decision is the deciding committee's: who decides, its board, or one above
    "case.extend": Permission(PARTY, frozenset({DECIDING})),
    # every other deadline: a committee above the custodian gives more time on paper
    "case.grant": Permission(PARTY, frozenset({SUPERIOR})),
    # figures of a vote: the body that voted or a committee above it; the act refuses who wrote them
    "vote.correct": Permission(PARTY, frozenset({OWN, SUPERIOR})),
    "case.helper_lost": Permission(PARTY, frozenset({OWN})),
    # the school roll: only one's own institution, and never the superior
    "students.list": Permission(PARTY | UNION),
    "student.see": Permission(PARTY | UNION, frozenset({SCHOOL})),
    "student.left": Permission(PARTY | UNION, frozenset({SCHOOL})),
    # what acts for a person is done where the person is kept: no longer at the school once handed on
    "student.reveal": Permission(SIGNERS, frozenset({KEEPING})),
    "students.import": Permission(PARTY | UNION),
    # paper cases under way: the Party's own clerks of the school
    "cases.adopt": Permission(PARTY),
    "adoption.take": Permission(PARTY, frozenset({OWN})),
    "upload.take": Permission(PARTY | UNION, frozenset({OWN})),
    # figures of the own roll and of those below; a name only of whom one may open
    "forecast.list": Permission(PARTY | UNION),
    "pool.propose": Permission(PARTY | UNION, frozenset({SCHOOL})),
    "pool.leave": Permission(PARTY | UNION, frozenset({SCHOOL})),
    "pool.confirm": Permission(PARTY, frozenset({OWN})),
    # what one's own organisation must begin this month: names only of people one may open
    "starting.list": Permission(CLERKS),
    "student.nominate": Permission(PARTY | UNION, frozenset({SCHOOL})),
    # work on many at once: chosen by whoever does tasks; a batch is its maker's, each line asks again
    "bulk.list": Permission(CLERKS | HELPER),
    "bulk.use": Permission(CLERKS | HELPER, frozenset({OWN}), frozenset({MAKER})),
    # meetings of the bodies that vote: kept by the organisation whose body met, or by the desk that stands in
    "meetings.list": Permission(PARTY | UNION),
    "meeting.plan": Permission(PARTY | UNION, frozenset({OWN, RECEIVER})),
    "meeting.see": Permission(PARTY | UNION, frozenset({OWN, RECEIVER, SUPERIOR})),
    "meeting.keep": Permission(PARTY | UNION, frozenset({OWN, RECEIVER})),
    "meeting.confirm": Permission(PARTY | UNION, frozenset({OWN, RECEIVER, SUPERIOR})),
    # an organisation: its own people and those above; rolls are kept by who signs there or above
    "organisations.list": Permission(CLERKS | HELPER | ADMINISTRATORS),
    "organisation.see": Permission(CLERKS | HELPER | ADMINISTRATORS, frozenset({OWN, SUPERIOR})),
    "organisation.work": Permission(CLERKS, frozenset({OWN, SUPERIOR})),
    "organisation.members": Permission(SIGNERS, frozenset({OWN, SUPERIOR})),
    # administration: at and below one's own organisation, never the content of cases
    "organisation.change": Permission(ADMINISTRATORS, frozenset({OWN, SUPERIOR})),
    # plans that rearrange organisations: made at one's own organisation, approved there or above
    "reorganisation.list": Permission(ADMINISTRATORS),
    "reorganisation.see": Permission(ADMINISTRATORS, frozenset({OWN, SUPERIOR})),
    "reorganisation.plan": Permission(ADMINISTRATORS, frozenset({OWN, SUPERIOR})),
    "reorganisation.approve": Permission(ADMINISTRATORS, frozenset({OWN, SUPERIOR})),
    "institutions.list": Permission(ADMINISTRATORS),
    "institution.change": Permission(ADMINISTRATORS, frozenset({OWN, SUPERIOR})),
    # an account is managed by whoever reaches all its seats; one seat of it is given and ended by less
    "users.list": Permission(ADMINISTRATORS),
    "user.see": Permission(ADMINISTRATORS, frozenset({OWN, SUPERIOR, SHARED})),
    "user.manage": Permission(ADMINISTRATORS, frozenset({OWN, SUPERIOR})),
    "user.seats": Permission(ADMINISTRATORS, frozenset({OWN, SUPERIOR, SHARED})),
    "deputies.own": Permission(CLERKS | ADMINISTRATORS),
    "administration.log": Permission(ADMINISTRATORS | AUDITORS),
    # who helps whom: a helper's own people, a cell's helpers
    "mentees.list": Permission(HELPER | PARTY),
    # read by everybody with a seat; the calendar is kept by administrators, so are incidents and the chain
    "rules.list": Permission(EVERYBODY),
    "calendar.list": Permission(EVERYBODY),
    "calendar.change": Permission(ADMINISTRATORS, frozenset({OWN})),
    "operations.see": Permission(ADMINISTRATORS, frozenset({OWN})),
    # the day of a sandbox: moved by who runs the whole of it
    "sandbox.move": Permission(ADMINISTRATORS, frozenset({OWN})),
    "channels.manage": Permission(ADMINISTRATORS, frozenset({OWN})),
    # school years, read by everybody; a school's are kept there, the province's by who keeps the calendar
    "school_years.list": Permission(EVERYBODY),
    "school_years.keep": Permission(PARTY | UNION, frozenset({SCHOOL})),
    # duties that come back: an organisation's own, written down there or at the desk that stands in
    "duties.list": Permission(PARTY | UNION),
    "duties.record": Permission(PARTY | UNION, frozenset({OWN, RECEIVER})),
    # an auditor's mandate: given by a committee's secretary or the administrator, ended by them or above
    "mandates.list": Permission(PARTY | AUDITORS | ADMINISTRATORS),
    "mandate.give": Permission(LEADERS | ADMINISTRATORS),
    "mandate.end": Permission(LEADERS | ADMINISTRATORS, frozenset({OWN, SUPERIOR})),
    "mandated.list": Permission(AUDITORS),
    # a case opened in an emergency: who opens reads, who stands above the custodian ends and reviews
    "glass.list": Permission(PARTY),
    "glass.open": Permission(PARTY),
    "glass.see": Permission(PARTY, frozenset({OWN, SUPERIOR}), frozenset({SELF})),
    "glass.end": Permission(PARTY, frozenset({SUPERIOR}), frozenset({SELF})),
    "glass.review": Permission(PARTY, frozenset({SUPERIOR})),
    "case.readings": Permission(CLERKS, frozenset({OWN, SCHOOL, SUPERIOR}), frozenset({MANDATE})),
    # handing a person on: begun by who answers for the person or above; both sides keep sight of it
    "transfers.list": Permission(PARTY),
    # who leaves school and where each stands: names only of one's own and of those below
    "season.list": Permission(PARTY),
    # letters that the worker has drawn: those that one's own organisation wrote
    "letters.list": Permission(PARTY),
    # where a leaver goes, as far as the school knows
    "season.record": Permission(PARTY, frozenset({SCHOOL})),
    "transfer.prepare": Permission(PARTY, frozenset({OWN, SUPERIOR})),
    "transfer.see": Permission(PARTY, frozenset({HANDING, TAKING, SUPERIOR, RECEIVER})),
    "transfer.recall": Permission(PARTY, frozenset({HANDING})),
    "transfer.arrival": Permission(PARTY, frozenset({OWN, SUPERIOR})),
    "transfer.reveal": Permission(SIGNERS, frozenset({ANSWERS_STILL})),
    "portal.declare": Permission(ADMINISTRATORS, frozenset({OWN, SUPERIOR})),
    # the student's own account: no seat, nothing but the own file
    "own_file.see": Permission(NOBODY, personal=frozenset({SELF})),
    "own_file.ask": Permission(NOBODY, personal=frozenset({SELF})),
    "own_file.hand_in": Permission(NOBODY, personal=frozenset({SELF})),
    "own_file.take_back": Permission(NOBODY, personal=frozenset({SELF})),
    # what students ask: decided by the clerks of whoever keeps their data, the school or who took over
    "requests.list": Permission(PARTY | UNION),
    "correction.decide": Permission(PARTY | UNION, frozenset({KEEPING})),
    "student.account": Permission(PARTY | UNION, frozenset({KEEPING})),
    "consent.withdraw": Permission(PARTY | UNION, frozenset({KEEPING})),
    # erasing for good takes two: the school asks on paper, the committee above approves
    "erasure.ask": Permission(SIGNERS, frozenset({SCHOOL})),
    "erasure.see": Permission(SIGNERS, frozenset({SCHOOL, SUPERIOR})),
    "erasure.decide": Permission(SIGNERS, frozenset({SUPERIOR})),
}
