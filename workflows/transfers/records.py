"""Who answers for a person, as a stair that the database itself keeps; handovers, offers, the Party's portal.

`custody` is append-only: a step names who answers from a moment on, until the next step. So there is never
a gap and never an overlap, whatever a program does; two steps at once get the same number: one is refused.
The custodian of an open admission cannot be another than the one of the person's last step.
"""

from collections.abc import Sequence

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    event,
    text,
)

from engine.records import Id, Instant, metadata
from workflows.admission.records import act  # noqa: F401  (named by foreign keys)

custody = Table(
    "custody",
    metadata,
    Column("id", Id, primary_key=True),
    Column("student_id", ForeignKey("student.id"), nullable=False),
    Column("seq", Integer, nullable=False),  # 1, 2, 3 … of the person; the highest holds
    Column("organisation_id", ForeignKey("organisation.id")),  # NULL: an organisation outside of the system
    Column("since_on", Date, nullable=False),  # the day on the paper
    Column("since_at", Instant, nullable=False),  # the moment from which it answers
    Column("act_id", ForeignKey("act.id")),  # the acceptance; NULL where the person came in otherwise
    CheckConstraint("seq > 0", name="custody_seq"),
    UniqueConstraint("student_id", "seq", name="custody_once"),
    Index("ix_custody_organisation", "organisation_id"),
    sqlite_autoincrement=True,
)

# One row a handover: the engine's case of kind "handover" with what its forms said. Names stand elsewhere.
handover = Table(
    "handover",
    metadata,
    Column("case_id", ForeignKey("case.id"), primary_key=True),
    Column("student_id", ForeignKey("student.id"), nullable=False),
    Column("admission_id", ForeignKey("case.id")),  # the admission that was open when it began
    Column("from_id", ForeignKey("organisation.id"), nullable=False),  # who answered when it began
    Column("receiver_id", ForeignKey("organisation.id")),
    Column("addressee", String(250)),  # a receiver outside of the system
    Column("reason", String(20)),
    Column("moved_on", Date),  # the decision or change that makes the person move
    Column("term", String(10)),
    Column("until_on", Date),  # a temporary transfer: when the member is to be back
    Column("cell_id", ForeignKey("organisation.id")),  # the cell that took the person over
    Column("arrived_on", Date),
    CheckConstraint("receiver_id IS NULL OR addressee IS NULL", name="handover_one_receiver"),
    CheckConstraint(
        "reason IN ('graduated','study','work','residence','service','other')", name="handover_reason"
    ),
    CheckConstraint("term IN ('lasting','temporary')", name="handover_term"),
    CheckConstraint(
        "until_on IS NULL OR (term = 'temporary' AND until_on > moved_on)", name="handover_until"
    ),
    Index("ix_handover_student", "student_id"),
    Index("ix_handover_from", "from_id"),
    Index("ix_handover_receiver", "receiver_id"),
    Index("ix_handover_admission", "admission_id"),
)

# One row a letter and address; a forwarded letter is a new row. At most one waits for its answer.
handover_offer = Table(
    "handover_offer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("handover_id", ForeignKey("handover.case_id"), nullable=False),
    Column("student_id", ForeignKey("student.id"), nullable=False),
    Column("sender_id", ForeignKey("organisation.id")),  # who wrote the letter
    Column("receiver_id", ForeignKey("organisation.id")),
    Column("addressee", String(250)),
    Column("variant", String(12), nullable=False),
    Column("offered_on", Date, nullable=False),
    Column("number", String(60)),
    Column("portal_number", String(60)),  # the procedure on the Party's portal, where that is in force
    Column("act_id", ForeignKey("act.id")),
    Column("answer", String(12)),
    Column("answered_on", Date),
    Column("answer_number", String(60)),
    Column("answer_act_id", ForeignKey("act.id")),
    CheckConstraint("(answer IS NULL) = (answered_on IS NULL)", name="handover_offer_answered"),
    CheckConstraint(
        "answer IN ('accepted','taken_away','returned','forwarded','recalled','called_off')",
        name="handover_offer_answer",
    ),
    Index("ix_handover_offer", "handover_id"),
    Index("ix_handover_offer_receiver", "receiver_id"),
    Index(
        "ux_handover_offer_open",
        "student_id",
        unique=True,
        sqlite_where=text("answer IS NULL"),
        postgresql_where=text("answer IS NULL"),
    ),
    sqlite_autoincrement=True,
)

# Since when the Party's portal carries a procedure, for an organisation and all that stand under it.
portal_period = Table(
    "portal_period",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    Column("variant", String(12), nullable=False),  # formal | temporary
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("paper", String(80), nullable=False),  # the paper that says so
    Column("by_user", ForeignKey("user_account.id")),
    Column("recorded_at", Instant, nullable=False),
    CheckConstraint("variant IN ('formal','temporary')", name="portal_period_variant"),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="portal_period_days"),
    UniqueConstraint("organisation_id", "variant", "valid_from", name="portal_period_once"),
    sqlite_autoincrement=True,
)

_LAST = "SELECT max(seq) FROM custody WHERE student_id = NEW.student_id"
_NEXT = f"NEW.seq <> coalesce(({_LAST}), 0) + 1"
_BACK = (
    "EXISTS (SELECT 1 FROM custody WHERE student_id = NEW.student_id"
    " AND seq = NEW.seq - 1 AND since_at > NEW.since_at)"
)
_HOLDS = (
    "EXISTS (SELECT 1 FROM custody c WHERE c.student_id = NEW.subject_id"
    " AND c.organisation_id = NEW.custodian_id AND c.seq ="
    " (SELECT max(seq) FROM custody WHERE student_id = NEW.subject_id))"
)
_MOVED = "NEW.kind = 'admission' AND NEW.custodian_id <> OLD.custodian_id"
# Name → table, event, condition (in the trigger's head on PostgreSQL), what must not be, what is said.
_RULES = (
    ("custody_no_update", "custody", "UPDATE", None, None, "custody is append-only"),
    ("custody_no_delete", "custody", "DELETE", None, None, "custody is append-only"),
    ("custody_next_step", "custody", "INSERT", None, f"{_NEXT} OR {_BACK}", "custody goes step by step"),
    (
        "case_custodian_holds",
        '"case"',
        "UPDATE OF custodian_id",
        _MOVED,
        f"NOT {_HOLDS}",
        "the custodian of an admission is who has custody of the person",
    ),
)


def custody_rules(dialect: str) -> Sequence[str]:
    """The triggers of a database, for the tables here and for the migration that makes them."""
    made = []
    for name, table, on, when, wrong, says in _RULES:
        if dialect == "sqlite":
            parts = " AND ".join(f"({part})" for part in (when, wrong) if part)
            head = f"WHEN {parts} " if parts else ""
            made.append(
                f"CREATE TRIGGER {name} BEFORE {on} ON {table} {head}BEGIN SELECT RAISE(ABORT, '{says}'); END"
            )
            continue
        test = f"IF {wrong} THEN RAISE EXCEPTION '{says}'; END IF;" if wrong else f"RAISE EXCEPTION '{says}';"
        made.append(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {test} RETURN NEW; END $$"
        )
        head = f"WHEN ({when}) " if when else ""
        made.append(
            f"CREATE TRIGGER {name} BEFORE {on} ON {table} FOR EACH ROW {head}EXECUTE FUNCTION {name}()"
        )
    return made


for _dialect in ("sqlite", "postgresql"):
    for _statement in custody_rules(_dialect):
        event.listen(
            custody,
            "after_create",
            DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
        )
