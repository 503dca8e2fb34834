"""Three tables: the mark of a sandbox with its day, the moves of that day, and the days on the way.

The database itself keeps the promise that a sandbox is nobody's real data: the mark goes into a database
without people and organisations or not at all, it is never taken away, and its day never goes back.
"""

from sqlalchemy import (
    DDL,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    event,
    text,
)

from engine.records import Id, Instant, metadata

THE_ONE = 1

sandbox = Table(
    "sandbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("began_on", Date, nullable=False),
    Column("day", Date, nullable=False),  # what every process of this database takes for today
    Column("made_at", Instant, nullable=False),  # as all moments of these tables: by the clock on the wall
    CheckConstraint("id = 1", name="sandbox_is_one"),
    CheckConstraint("day >= began_on", name="sandbox_goes_forward"),
)

sandbox_move = Table(
    "sandbox_move",
    metadata,
    Column("id", Id, primary_key=True),
    Column("sandbox_id", ForeignKey("sandbox.id"), nullable=False),
    Column("from_day", Date, nullable=False),
    Column("to_day", Date, nullable=False),
    Column("reached", Date, nullable=False),  # the last day of which every job was run
    Column("by", Id),  # NULL: the command on the server
    Column("asked_at", Instant, nullable=False),
    Column("stopped", Boolean, nullable=False, default=False, server_default=text("false")),
    Column("done_at", Instant),
    CheckConstraint("to_day > from_day", name="sandbox_move_forward"),
    CheckConstraint("reached >= from_day AND reached <= to_day", name="sandbox_move_reached"),
    CheckConstraint("done_at IS NULL OR stopped OR reached = to_day", name="sandbox_move_done"),
    sqlite_autoincrement=True,
)
_open = sandbox_move.c.done_at.is_(None)
Index("sandbox_one_move", sandbox_move.c.sandbox_id, unique=True, sqlite_where=_open, postgresql_where=_open)

# What a day brought lies between the marks: ids are given in order and never twice.
sandbox_day = Table(
    "sandbox_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("move_id", ForeignKey("sandbox_move.id"), nullable=False),
    Column("journal_from", Id, nullable=False),
    Column("outbox_from", Id, nullable=False),
    Column("journal_to", Id),  # NULL: its jobs are still being run
    Column("outbox_to", Id),
    CheckConstraint("(journal_to IS NULL) = (outbox_to IS NULL)", name="sandbox_day_ended"),
)
Index("ix_sandbox_day_move", sandbox_day.c.move_id)

REAL_DATA = ("organisation", "member", "student", "user_account", "case")
ONLY_EMPTY = "a sandbox is made of an empty database"
ONLY_FORWARD = "the day of a sandbox only goes forward"
FOR_GOOD = "a sandbox stays one"


def guards() -> dict[str, list[str]]:
    """The statements, for each database, that keep the mark where it was made and its day from going back."""
    filled = " OR ".join(f'EXISTS (SELECT 1 FROM "{name}")' for name in REAL_DATA)  # noqa: S608  our names
    back = "NEW.day < OLD.day OR NEW.began_on <> OLD.began_on"
    return {
        "sqlite": [
            f"CREATE TRIGGER sandbox_only_empty BEFORE INSERT ON sandbox WHEN {filled} "
            f"BEGIN SELECT RAISE(ABORT, '{ONLY_EMPTY}'); END",
            f"CREATE TRIGGER sandbox_no_way_back BEFORE UPDATE ON sandbox WHEN {back} "
            f"BEGIN SELECT RAISE(ABORT, '{ONLY_FORWARD}'); END",
            "CREATE TRIGGER sandbox_no_delete BEFORE DELETE ON sandbox "
            f"BEGIN SELECT RAISE(ABORT, '{FOR_GOOD}'); END",
        ],
        "postgresql": [
            "CREATE OR REPLACE FUNCTION sandbox_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{FOR_GOOD}'; END IF; "
            f"IF TG_OP = 'INSERT' THEN IF {filled} THEN RAISE EXCEPTION '{ONLY_EMPTY}'; END IF; "
            f"ELSIF {back} THEN RAISE EXCEPTION '{ONLY_FORWARD}'; END IF; "
            "RETURN NEW; END $$",
            "CREATE TRIGGER sandbox_guarded BEFORE INSERT OR UPDATE OR DELETE ON sandbox "
            "FOR EACH ROW EXECUTE FUNCTION sandbox_guard()",
        ],
    }


for _dialect, _statements in guards().items():
    for _statement in _statements:
        event.listen(
            sandbox,
            "after_create",
            DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
        )
