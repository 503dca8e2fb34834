"""The tables of the engine, and the one `metadata` that every other room's tables join.

Open tasks, waiting timers and the words of a case are projections of its state, written with it in one
transaction. The journal is append-only: triggers refuse every change but the two seal columns, once.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    DDL,
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    event,
    func,
    text,
)

metadata = MetaData()


class Instant(TypeDecorator[datetime]):
    """A moment, always aware and always UTC, on databases with and without time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only in INTEGER columns
Words = JSON(none_as_null=True)


def _table(name: str, *columns: Any) -> Table:
    """A table whose ids are never given twice: a form that was sent twice must not hit the next row."""
    return Table(name, metadata, Column("id", Id, primary_key=True), *columns, sqlite_autoincrement=True)


model = _table(
    "model",
    Column("kind", String(60), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("rank", Integer, nullable=False),  # the highest of a kind is the latest
    Column("files", LargeBinary, nullable=False),
    UniqueConstraint("kind", "sha256", name="model_once"),
    UniqueConstraint("kind", "rank", name="model_rank"),
)

case = _table(
    "case",
    Column("kind", String(60), nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("custodian_id", Id, nullable=False),
    Column("parent_id", Id, ForeignKey("case.id")),
    Column("model_id", Id, ForeignKey("model.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("stage", String(60)),  # the call activity the token is in; NULL when closed
    Column("words", Words, nullable=False),  # projection of the engine's data
    Column("state", LargeBinary),  # the engine's own; NULL when closed
    Column("opened_on", Date, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_on", Date),
    Column("closed_as", String(60)),  # id of the end event
    CheckConstraint("(state IS NULL) = (closed_on IS NOT NULL)", name="case_closed_without_state"),
    CheckConstraint("(closed_as IS NULL) = (closed_on IS NULL)", name="case_closed_as_something"),
    CheckConstraint("closed_on IS NULL OR stage IS NULL", name="case_closed_without_stage"),
)
Index(
    "case_one_open",
    case.c.kind,
    case.c.subject_id,
    unique=True,
    sqlite_where=case.c.closed_on.is_(None),
    postgresql_where=case.c.closed_on.is_(None),
)
Index("ix_case_subject", case.c.subject_id)
Index("ix_case_custodian", case.c.custodian_id, case.c.closed_on)
Index("ix_case_parent", case.c.parent_id)

task = _table(
    "task",
    Column("case_id", Id, ForeignKey("case.id"), nullable=False),
    Column("engine_id", BigInteger, nullable=False),
    Column("process", String(60), nullable=False),
    Column("element", String(60), nullable=False),
    Column("item", Id),
    Column("lane", String(60), nullable=False),
    Column("organisation_id", Id),  # projection of lane + custodian + day, written by engine.placing
    Column("assignee_id", Id),
    Column("opened_on", Date, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("due_on", Date),  # projection of its clock, written by engine.clocks and engine.placing
    Column("follow_up_on", Date),  # "look at it again then": said by the organisation, shared by its people
    UniqueConstraint("case_id", "engine_id", name="task_once"),
)
Index("ix_task_inbox", task.c.organisation_id, task.c.due_on, task.c.id)
_assigned = task.c.assignee_id.is_not(None)
Index(
    "ix_task_assignee",
    task.c.assignee_id,
    task.c.due_on,
    task.c.id,
    sqlite_where=_assigned,
    postgresql_where=_assigned,
)

timer = _table(
    "timer",
    Column("case_id", Id, ForeignKey("case.id"), nullable=False),
    Column("engine_id", BigInteger, nullable=False),
    Column("name", String(60), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0", default=0),
    Column("retry_at", Instant),
    Column("last_error", Text),
    UniqueConstraint("case_id", "engine_id", name="timer_once"),
)
Index("ix_timer_due", timer.c.due_at)

clock = _table(
    "clock",
    Column("case_id", Id, ForeignKey("case.id"), nullable=False),
    Column("name", String(60), nullable=False),
    Column("item", Id),
    Column("started_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("rule", String(80), nullable=False),
    Column("edition", String(40), nullable=False),
    Column("calendar_version", String(40)),
    Column("act_seq", Integer),  # journal entry of the act that started it
    Column("extended_from", Date),  # the due day before the extension
    Column("note", Text),
    Column("closed_on", Date),
    CheckConstraint("due_on >= started_on", name="clock_runs_forward"),
)
_open_clock = clock.c.closed_on.is_(None)
Index(
    "clock_one_open",
    clock.c.case_id,
    clock.c.name,
    func.coalesce(clock.c.item, text("0")),
    unique=True,
    sqlite_where=_open_clock,
    postgresql_where=_open_clock,
)
Index("ix_clock_due", clock.c.due_on, sqlite_where=_open_clock, postgresql_where=_open_clock)
Index("ix_clock_case", clock.c.case_id)

journal = _table(
    "journal",
    Column("case_id", Id, ForeignKey("case.id")),
    Column("seq", Integer, nullable=False),  # 1, 2, 3 … within the case; 0 outside of cases
    Column("kind", String(40), nullable=False),
    Column("element", String(60)),
    Column("on", Date, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("by", Id),
    Column("on_behalf_of", Id),
    Column("edition", String(40)),
    Column("inputs", Words),  # what went into the engine, what services and timers answered
    Column("facts", Words, nullable=False),
    Column("position", Id),  # place in the hash chain, once sealed
    Column("hash", LargeBinary),
    CheckConstraint("(position IS NULL) = (hash IS NULL)", name="journal_sealed_whole"),
)
Index(
    "journal_seq",
    journal.c.case_id,
    journal.c.seq,
    unique=True,
    sqlite_where=journal.c.case_id.is_not(None),
    postgresql_where=journal.c.case_id.is_not(None),
)
_sealed = journal.c.position.is_not(None)
Index("journal_position", journal.c.position, unique=True, sqlite_where=_sealed, postgresql_where=_sealed)
Index(
    "ix_journal_unsealed",
    journal.c.id,
    sqlite_where=journal.c.position.is_(None),
    postgresql_where=journal.c.position.is_(None),
)

_outside = journal.c.case_id.is_(None)
Index("ix_journal_outside", journal.c.id, sqlite_where=_outside, postgresql_where=_outside)

# The end of the chain, signed once a day: a chain that was cut off or written anew no longer fits.
journal_head = Table(
    "journal_head",
    metadata,
    Column("day", Date, primary_key=True),
    Column("position", Id, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

document = _table(
    "document",
    Column("case_id", Id, ForeignKey("case.id")),
    Column("subject_id", Id, nullable=False),
    Column("type", String(60), nullable=False),
    Column("number", String(40)),
    Column("on", Date, nullable=False),
    Column("organisation_id", Id),  # who issued it
    Column("title", Text, nullable=False),
    Column("original", Boolean, nullable=False),
    Column("place", Text),  # where the paper is kept
    Column("before_system", Boolean, nullable=False, server_default=text("false"), default=False),
    Column("by", Id),
    Column("recorded_at", Instant, nullable=False),
)
Index("ix_document_case", document.c.case_id, document.c.type)
Index("ix_document_subject", document.c.subject_id, document.c.type)
# A number is looked for as it is typed: capitals and the stroke of Đ do not matter.
_plain_d = func.replace(func.replace(document.c.number, text("'Đ'"), text("'D'")), text("'đ'"), text("'d'"))
NUMBER_KEY = func.lower(_plain_d)
Index("ix_document_number", NUMBER_KEY)

outbox = _table(
    "outbox",
    Column("key", String(200), nullable=False, unique=True),
    Column("kind", String(60), nullable=False),
    Column("to_user", Id),
    Column("to_organisation", Id),
    Column("case_id", Id, ForeignKey("case.id")),
    Column("facts", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("attempts", Integer, nullable=False, server_default="0", default=0),
    Column("retry_at", Instant),
    Column("last_error", Text),
    CheckConstraint("to_user IS NOT NULL OR to_organisation IS NOT NULL", name="outbox_to_somebody"),
)
_unsent = outbox.c.sent_at.is_(None)
Index("ix_outbox_unsent", outbox.c.id, sqlite_where=_unsent, postgresql_where=_unsent)
Index("ix_outbox_organisation", outbox.c.to_organisation, outbox.c.id)
Index("ix_outbox_user", outbox.c.to_user, outbox.c.id)
Index("ix_outbox_case", outbox.c.case_id)

incident = _table(
    "incident",
    Column("case_id", Id, ForeignKey("case.id")),
    Column("kind", String(20), nullable=False),  # model | timer | job | outbox
    Column("element", String(60)),
    Column("cause", Text, nullable=False),
    Column("times", Integer, nullable=False, default=1, server_default="1"),
    Column("opened_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("closed_by", Id),
    Column("note", Text),
)
_open_incident = incident.c.closed_at.is_(None)
Index("ix_incident_open", incident.c.opened_at, sqlite_where=_open_incident, postgresql_where=_open_incident)
Index("ix_incident_case", incident.c.case_id)

# The first answer to each request, so that a repeat gets the same one. `by` is 0 for the system itself.
request = Table(
    "request",
    metadata,
    Column("by", Id, primary_key=True, autoincrement=False),
    Column("key", String(80), primary_key=True),
    Column("case_id", Id, ForeignKey("case.id"), nullable=False),
    Column("verb", String(40), nullable=False),
    Column("answer", Words, nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

# A job of the worker: who has it now, what its last run came to, when it is due next.
job_state = Table(
    "job_state",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("worker", String(120)),  # host:pid of who has claimed it, or died with it
    Column("began_at", Instant),
    Column("seen_at", Instant),  # the last sign of life of the claim
    Column("asked_at", Instant),  # "do it now", said on a page
    Column("asked_by", Id),
    Column("last_at", Instant),
    Column("last_seconds", Float),
    Column("last_worker", String(120)),
    Column("last_items", Integer),
    Column("last_failed", Integer),
    Column("last_left", Integer),
    Column("last_error", String(120)),  # the class of the error alone
    Column("next_at", Instant),
    CheckConstraint("(worker IS NULL) = (seen_at IS NULL)", name="job_state_alive"),
)

# What a job came to on a day. A daily job is done for the day with its `done_at`.
job_run = _table(
    "job_run",
    Column("name", String(60), nullable=False),
    Column("day", Date, nullable=False),
    Column("at", Instant, nullable=False),  # when it was first begun
    Column("done_at", Instant),
    Column("worker", String(120)),
    Column("runs", Integer, nullable=False, default=0, server_default="0"),
    Column("items", Integer, nullable=False, default=0, server_default="0"),
    Column("failed", Integer, nullable=False, default=0, server_default="0"),
    Column("seconds", Float, nullable=False, default=0, server_default="0"),
    Column("error", String(120)),
    UniqueConstraint("name", "day", name="job_run_once"),
)

# The worker processes that there are, or were.
worker = _table(
    "worker",
    Column("name", String(120), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("stopped_at", Instant),
    Column(
        "astray", Boolean, nullable=False, server_default=text("false"), default=False
    ),  # its clock is wrong
)

personal = Table(
    "personal",
    metadata,
    Column("subject_kind", String(20), primary_key=True),
    Column("subject_id", Id, primary_key=True, autoincrement=False),
    Column("field", String(40), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("blind", LargeBinary),  # HMAC of the folded value where one may look it up
)
Index("ix_personal_blind", personal.c.field, personal.c.blind)

subject_key = Table(
    "subject_key",
    metadata,
    Column("subject_kind", String(20), primary_key=True),
    Column("subject_id", Id, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary),  # NULL once erased: what it sealed can never be read again
    Column("erased_at", Instant),
    CheckConstraint("(wrapped IS NULL) = (erased_at IS NOT NULL)", name="subject_key_erased"),
)

read_log = _table(
    "read_log",
    Column("subject_kind", String(20), nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("fields", Words, nullable=False),
    Column("by", Id),
    Column("purpose", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
Index("ix_read_log_subject", read_log.c.subject_kind, read_log.c.subject_id)


# Append-only, enforced by the database itself. A migration creates the same triggers from this table.
APPEND_ONLY = {"journal": ("position", "hash"), "read_log": ()}


def append_only(name: str, free: tuple[str, ...]) -> dict[str, list[str]]:
    """The statements, for each database, that refuse to change or delete rows of a table."""
    fixed = [column.name for column in metadata.tables[name].columns if column.name not in free]
    sealed = f' OR OLD."{free[0]}" IS NOT NULL' if free else ""
    changed = " OR ".join(f'NEW."{column}" IS NOT OLD."{column}"' for column in fixed)
    differs = " OR ".join(f'NEW."{column}"::text IS DISTINCT FROM OLD."{column}"::text' for column in fixed)
    refuse = f"SELECT RAISE(ABORT, '{name} is append-only')"
    return {
        "sqlite": [
            f"CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {name} "
            f"WHEN {changed}{sealed} BEGIN {refuse}; END",
            f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} BEGIN {refuse}; END",
        ],
        "postgresql": [
            f"CREATE OR REPLACE FUNCTION {name}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{name} is append-only'; END $$",
            f"CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {name} FOR EACH ROW "
            f"WHEN ({differs}{sealed}) EXECUTE FUNCTION {name}_refuse()",
            f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} FOR EACH ROW "
            f"EXECUTE FUNCTION {name}_refuse()",
        ],
    }


for _name, _free in APPEND_ONLY.items():
    for _dialect, _statements in append_only(_name, _free).items():
        for _statement in _statements:
            event.listen(
                metadata.tables[_name],
                "after_create",
                DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
            )
