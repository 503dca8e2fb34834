"""Tables of a reorganisation: the plan with its paper, its changes in order, the lists of a split, its deeds.

Organisations that the plan itself will found have no row yet: in the answers of a change and in lists an
organisation is a positive number, an organisation to be founded the negative number of its change.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from engine.records import Id, Instant, Words, metadata

# draft: is being written; submitted: waits for the second person; approved: waits for its day; running: its
# steps are being done; done. withdrawn: given up before anything was done.
DRAFT, SUBMITTED, APPROVED, RUNNING = "draft", "submitted", "approved", "running"
FINISHED, WITHDRAWN = "done", "withdrawn"
STATES = (DRAFT, SUBMITTED, APPROVED, RUNNING, FINISHED, WITHDRAWN)

reorganisation = Table(
    "reorganisation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),  # whose administrator makes it
    Column("title", String(200), nullable=False),
    Column("number", String(40), nullable=False),  # of the paper that decides it
    Column("paper_on", Date, nullable=False),
    Column("issuer", String(200), nullable=False),
    Column("on_day", Date, nullable=False),  # the first day of the new organisation
    Column("state", String(12), nullable=False),
    Column("revision", Integer, nullable=False, default=0, server_default="0"),  # raised by each change of it
    Column("made_by", ForeignKey("user_account.id"), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("submitted_by", ForeignKey("user_account.id")),
    Column("submitted_at", Instant),
    Column("returned_because", String(300)),
    Column("approved_by", ForeignKey("user_account.id")),
    Column("approved_at", Instant),
    Column("approval", String(12)),
    Column("stopped_at", Instant),  # a step could not be done; the reason stands beside it
    Column("stopped_because", Words),
    Column("finished_at", Instant),
    CheckConstraint(f"state IN ({', '.join(map(repr, STATES))})", name="reorganisation_state"),
    CheckConstraint("approval IN ('two_persons', 'superior', 'one_person')", name="reorganisation_approval"),
    CheckConstraint("(approved_by IS NULL) = (approval IS NULL)", name="reorganisation_approved"),
    CheckConstraint(
        "approval IS NULL OR approval = 'one_person' OR approved_by <> submitted_by",
        name="reorganisation_two_persons",
    ),
    CheckConstraint(
        "state NOT IN ('approved', 'running', 'done') OR approved_by IS NOT NULL",
        name="reorganisation_needs_approval",
    ),
    CheckConstraint("(state = 'done') = (finished_at IS NOT NULL)", name="reorganisation_finished"),
    Index("ix_reorganisation_state", "state", "on_day"),
    Index("ix_reorganisation_organisation", "organisation_id"),
    sqlite_autoincrement=True,
)

reorganisation_change = Table(
    "reorganisation_change",
    metadata,
    Column("id", Id, primary_key=True),
    Column("plan_id", ForeignKey("reorganisation.id"), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("verb", String(12), nullable=False),
    Column("answers", Words, nullable=False),
    Column("made_id", ForeignKey("organisation.id")),  # the organisation that it founded
    Column("done_at", Instant),
    Column("result", Words),  # what went along, counted
    UniqueConstraint("plan_id", "rank", name="reorganisation_change_rank"),
    CheckConstraint(
        "verb IN ('found', 'rename', 'move', 'power', 'merge', 'split', 'end')",
        name="reorganisation_change_verb",
    ),
    CheckConstraint("rank > 0", name="reorganisation_change_order"),
    sqlite_autoincrement=True,
)

# What a list of a split says: this cell, class, case, member or position goes there. What no list names
# goes to the first of the new organisations.
reorganisation_share = Table(
    "reorganisation_share",
    metadata,
    Column("change_id", ForeignKey("reorganisation_change.id"), primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("thing", String(60), primary_key=True),  # the number of the row, or the name of the class
    Column("to_ref", Id, nullable=False),
    CheckConstraint(
        "kind IN ('below', 'member', 'position', 'class', 'case')", name="reorganisation_share_kind"
    ),
)

# One row a case that the plan touched, written with the deed: what is done is not done again.
reorganisation_case = Table(
    "reorganisation_case",
    metadata,
    Column("plan_id", ForeignKey("reorganisation.id"), primary_key=True),
    Column("case_id", ForeignKey("case.id"), primary_key=True),
    Column("from_id", ForeignKey("organisation.id"), nullable=False),
    Column("to_id", ForeignKey("organisation.id"), nullable=False),
    Column("dropped", String(60)),  # the step that the new chain does not have
    Column("next_step", String(60)),  # where it goes on
    Column("tasks", Integer, nullable=False),  # open tasks that another organisation owes from now on
    Column("done_at", Instant, nullable=False),
)
