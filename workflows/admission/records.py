"""The business rows of an admission: acts, meetings and votes, requests, helpers, certificates, decisions.

The engine keeps where a case stands; these tables keep what people did and on which paper.
Nothing here is edited after it is recorded: a correction is a new row that names the one it corrects.
Free text about a person is not here but sealed under the person's own key (engine.secrets).
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from engine.records import Id, Instant, metadata


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True)


def _case() -> Column[int]:
    return Column("case_id", ForeignKey("case.id"), nullable=False)


def _act(name: str = "act_id", nullable: bool = False) -> Column[int]:
    return Column(name, ForeignKey("act.id"), nullable=nullable)


# One row for each completed step or side act: who, on which paper, under which edition.
act = Table(
    "act",
    metadata,
    _id(),
    _case(),
    Column("element", String(60), nullable=False),
    Column("item", Id),
    Column("outcome", String(40)),
    Column("on_day", Date, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("by_user", Id),
    Column("for_user", Id),  # the holder of the position whom `by_user` stood in for
    Column("confirmed_by", Id),
    Column("confirmed_for", Id),
    Column("confirmation", String(20), nullable=False, server_default="none"),
    Column("on_behalf_of", ForeignKey("organisation.id")),
    Column("organisation_id", ForeignKey("organisation.id")),
    Column("edition", String(60), nullable=False),
    Column("number", String(60)),
    Column("before_system", Boolean, nullable=False, server_default=text("false")),
    Column("late", Boolean, nullable=False, server_default=text("false")),
    Column("stage", String(60)),
    Column("corrects_id", ForeignKey("act.id")),
    CheckConstraint(
        "confirmation IN ('none','two_persons','one_person','superior','paper')", name="act_confirmation"
    ),
    Index("act_case", "case_id", "element"),
    sqlite_autoincrement=True,
)

# A meeting has one attendance, whatever number of cases it votes on.
meeting = Table(
    "meeting",
    metadata,
    _id(),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    Column("body", String(20), nullable=False),
    Column("branch", String(60), nullable=False),  # the class of a class union, empty for other bodies
    Column("kind", String(20), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("members", Integer, nullable=False),
    Column("exempt_absent", Integer, nullable=False),
    Column("away", Integer, nullable=False),
    Column("present", Integer, nullable=False),
    Column("chaired_by", String(120)),
    Column("recorded_by", Id),
    Column("recorded_at", Instant, nullable=False),
    UniqueConstraint("organisation_id", "body", "branch", "kind", "on_day", name="meeting_once"),
    CheckConstraint("members >= 0 AND exempt_absent >= 0 AND away >= 0", name="meeting_figures"),
    CheckConstraint("present >= 0 AND present <= members - exempt_absent - away", name="meeting_present"),
    CheckConstraint("body IN ('cell','plenum','standing','union_exec','union_branch')", name="meeting_body"),
    CheckConstraint("branch = '' OR body = 'union_branch'", name="meeting_branch"),
    sqlite_autoincrement=True,
)

# A vote waits for a second person (status pending), then stands; a later act may correct it.
vote = Table(
    "vote",
    metadata,
    _id(),
    Column("meeting_id", ForeignKey("meeting.id"), nullable=False),
    _case(),
    Column("task_id", Id, nullable=False),
    Column("step", String(60), nullable=False),
    Column("entitled", Integer, nullable=False),
    Column("exempt_absent", Integer, nullable=False),
    Column("away", Integer, nullable=False),
    Column("present", Integer, nullable=False),
    Column("votes_for", Integer, nullable=False),
    Column("votes_against", Integer, nullable=False),
    Column("invalid", Integer, nullable=False),
    Column("method", String(10), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("numerator", Integer, nullable=False),
    Column("denominator", Integer, nullable=False),
    Column("comparison", String(2), nullable=False),
    Column("base", Integer, nullable=False),
    Column("result", String(20), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("edition", String(60), nullable=False),
    Column("status", String(12), nullable=False),
    Column("proposed_by", Id),
    Column("proposed_for", Id),
    Column("proposed_at", Instant, nullable=False),
    Column("confirmed_by", Id),
    Column("confirmed_at", Instant),
    _act(nullable=True),
    Column("corrects_id", ForeignKey("vote.id")),
    CheckConstraint("votes_for + votes_against + invalid = present", name="vote_adds_up"),
    CheckConstraint("present <= entitled - exempt_absent - away AND base > 0", name="vote_present"),
    CheckConstraint("comparison IN ('>=','>')", name="vote_comparison"),
    CheckConstraint("votes_for >= 0 AND votes_against >= 0 AND invalid >= 0", name="vote_figures"),
    CheckConstraint("method IN ('secret','cards')", name="vote_method"),
    CheckConstraint("status IN ('pending','standing','withdrawn','corrected')", name="vote_status"),
    CheckConstraint("attempt > 0 AND numerator > 0 AND denominator >= numerator", name="vote_threshold"),
    CheckConstraint(
        "status <> 'pending' OR (confirmed_by IS NULL AND act_id IS NULL)", name="vote_pending_unconfirmed"
    ),
    CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="vote_two_persons"),
    Index("vote_case", "case_id", "step"),
    Index(
        "vote_pending_once",
        "task_id",
        unique=True,
        sqlite_where=text("status = 'pending'"),
        postgresql_where=text("status = 'pending'"),
    ),
    sqlite_autoincrement=True,
)

# One row an address; answers live here, not in tokens, and so survive a change of unit.
verification_request = Table(
    "verification_request",
    metadata,
    _id(),
    _case(),
    _act(),
    Column("about", String(20), nullable=False),
    Column("organisation_id", ForeignKey("organisation.id")),
    Column("addressee", String(250)),
    Column("abroad", Boolean, nullable=False),
    Column("sent_on", Date, nullable=False),
    Column("number", String(60)),
    Column("answered_on", Date),
    Column("answer", String(12)),
    Column("answer_number", String(60)),
    _act("answer_act_id", nullable=True),
    Column("weighed", String(12)),
    Column("replaced_by_id", ForeignKey("verification_request.id")),
    CheckConstraint("organisation_id IS NOT NULL OR addressee IS NOT NULL", name="verification_addressee"),
    CheckConstraint("(answered_on IS NULL) = (answer IS NULL)", name="verification_answer"),
    CheckConstraint("answer IS NULL OR answer IN ('clear','adverse','unclear')", name="verification_word"),
    CheckConstraint("answered_on IS NULL OR answered_on >= sent_on", name="verification_dates"),
    CheckConstraint(
        "about IN ('candidate','father','mother','guardian','spouse','relative')", name="verification_about"
    ),
    Index("verification_request_case", "case_id"),
    sqlite_autoincrement=True,
)

opinion_request = Table(
    "opinion_request",
    metadata,
    _id(),
    _case(),
    _act(),
    Column("giver", String(20), nullable=False),
    Column("organisation_id", ForeignKey("organisation.id")),
    Column("addressee", String(250)),
    Column("sent_on", Date, nullable=False),
    Column("number", String(60)),
    Column("answered_on", Date),
    Column("answer", String(12)),
    Column("answer_number", String(60)),
    _act("answer_act_id", nullable=True),
    CheckConstraint("organisation_id IS NOT NULL OR addressee IS NOT NULL", name="opinion_addressee"),
    CheckConstraint("(answered_on IS NULL) = (answer IS NULL)", name="opinion_answer"),
    CheckConstraint("answer IS NULL OR answer IN ('favourable','reserved','adverse')", name="opinion_word"),
    CheckConstraint("answered_on IS NULL OR answered_on >= sent_on", name="opinion_dates"),
    CheckConstraint("giver IN ('residence','union','organisation')", name="opinion_giver"),
    Index("opinion_request_case", "case_id"),
    sqlite_autoincrement=True,
)

# The official member who helps the candidate; at most one open row a case.
helper_assignment = Table(
    "helper_assignment",
    metadata,
    _id(),
    _case(),
    _act(),
    Column("member_id", ForeignKey("member.id"), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("shared_since", Date),
    Column("after_transfer", Boolean, nullable=False, server_default=text("false")),
    Column("ended_because", String(20)),
    CheckConstraint("(valid_to IS NULL) = (ended_because IS NULL)", name="helper_end"),
    CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="helper_dates"),
    CheckConstraint(
        "ended_because IS NULL OR ended_because IN ('replaced','left','died','unit_changed','case_closed')",
        name="helper_reason",
    ),
    Index(
        "helper_open",
        "case_id",
        unique=True,
        sqlite_where=text("valid_to IS NULL"),
        postgresql_where=text("valid_to IS NULL"),
    ),
    sqlite_autoincrement=True,
)

certificate = Table(
    "certificate",
    metadata,
    _id(),
    Column("student_id", ForeignKey("student.id"), nullable=False),
    _case(),
    _act(),
    Column("kind", String(12), nullable=False),
    Column("organiser_id", ForeignKey("organisation.id")),
    Column("organiser", String(250)),
    Column("class_from", Date),
    Column("class_to", Date),
    Column("number", String(60), nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("expires_on", Date),
    Column("before_system", Boolean, nullable=False),
    CheckConstraint("kind IN ('awareness','new_member')", name="certificate_kind"),
    CheckConstraint(
        "class_to IS NULL OR class_from IS NULL OR class_to >= class_from", name="certificate_dates"
    ),
    Index("certificate_student", "student_id", "kind", "issued_on"),
    sqlite_autoincrement=True,
)

# What a return asks for, item by item, until it is supplied and accepted; its words are sealed.
supplement_item = Table(
    "supplement_item",
    metadata,
    _id(),
    _case(),
    _act(),
    Column("document_type", String(60)),
    Column("supplied_on", Date),
    _act("supplied_act_id", nullable=True),
    Column("accepted_on", Date),
    Index("supplement_item_case", "case_id"),
    sqlite_autoincrement=True,
)

# Decisions of the deciding committee, with their own date, number and day of receipt.
decision = Table(
    "decision",
    metadata,
    _id(),
    _case(),
    _act(),
    Column("kind", String(20), nullable=False),
    Column("result", String(20), nullable=False),
    Column("organisation_id", ForeignKey("organisation.id")),
    Column("number", String(60)),
    Column("on_day", Date, nullable=False),
    Column("effective_on", Date),
    Column("received_on", Date),
    CheckConstraint(
        "kind IN ('admission','recognition','strike_off','annulment','redo')", name="decision_kind"
    ),
    CheckConstraint("received_on IS NULL OR received_on >= on_day", name="decision_received"),
    Index("decision_case", "case_id", "kind"),
    sqlite_autoincrement=True,
)

ceremony = Table(
    "ceremony",
    metadata,
    _id(),
    _case(),
    _act(),
    Column("organisation_id", ForeignKey("organisation.id")),
    Column("on_day", Date, nullable=False),
    Column("late_consent_number", String(60)),
    sqlite_autoincrement=True,
)

# A new day that the superior gave on paper to a running clock; the newest of a clock stands.
clock_grant = Table(
    "clock_grant",
    metadata,
    _id(),
    Column("clock_id", ForeignKey("clock.id"), nullable=False),
    _act(),
    Column("until_day", Date, nullable=False),
    Index("clock_grant_clock", "clock_id"),
    sqlite_autoincrement=True,
)

# How many members a body has, by day; a cell's number comes from the member roll instead.
body = Table(
    "body",
    metadata,
    _id(),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("members", Integer, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    CheckConstraint("members > 0", name="body_members"),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="body_dates"),
    Index("body_organisation", "organisation_id", "kind"),
    sqlite_autoincrement=True,
)
