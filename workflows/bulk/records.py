"""Two tables: a batch (what is done, by whom, how far it is) and its lines, one a case.

What was typed is sealed under the batch's own key (`answers.py`) and erased some days after the end.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from engine.records import Id, Instant, Words, metadata

# draft: the form is not filled in; checking: each line is tried and taken back; checked: the preview stands;
# running: each line is done; done: no line waits any more.
DRAFT, CHECKING, CHECKED, RUNNING, DONE = "draft", "checking", "checked", "running", "done"
# waiting: not tried yet; fine, barred: what the trial said; ready: to be done; then what became of it.
WAITING, FINE, BARRED, READY = "waiting", "fine", "barred", "ready"
KEPT, REFUSED, FAILED, STOPPED = "done", "refused", "failed", "stopped"

batch = Table(
    "batch",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("element", String(60)),  # the step; NULL for a nomination
    Column("organisation_id", ForeignKey("organisation.id")),  # who owes the step, where it is one for all
    Column("by", Id, nullable=False),
    Column("state", String(20), nullable=False),
    Column("revision", Integer, nullable=False, default=0),  # raised by each sending of the form
    Column("number", String(60)),  # one number taken from the register for the paper of all
    Column("created_at", Instant, nullable=False),
    Column("touched_at", Instant, nullable=False),  # somebody works on it; the worker takes over what rests
    Column("finished_at", Instant),
    Column("erased_at", Instant),
    CheckConstraint("kind IN ('complete', 'confirm', 'nominate')", name="batch_kind"),
    CheckConstraint("(kind = 'nominate') = (element IS NULL)", name="batch_of_a_step"),
    CheckConstraint("(state = 'done') = (finished_at IS NOT NULL)", name="batch_finished"),
    Index("ix_batch_by", "by", "id"),
    Index("ix_batch_state", "state", "touched_at"),
    sqlite_autoincrement=True,
)

batch_line = Table(
    "batch_line",
    metadata,
    Column("id", Id, primary_key=True),
    Column("batch_id", ForeignKey("batch.id"), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("task_id", Id),  # no foreign key: a task that is done is gone
    Column("case_id", ForeignKey("case.id")),
    Column("student_id", ForeignKey("student.id"), nullable=False),
    Column("item", Id),  # the request that a reply answers
    Column("vote_id", Id),  # the figures that waited when it was chosen
    Column("state", String(12), nullable=False),
    Column("result", Words),  # what will happen or happened: words, numbers and days
    Column("why", Words),  # why it cannot be done or was not
    Column("done_at", Instant),
    UniqueConstraint("batch_id", "rank", name="batch_line_rank"),
    Index("ix_batch_line_state", "batch_id", "state", "rank"),
    sqlite_autoincrement=True,
)
