"""Who may do what: one table of permissions, one set of relations, one question.

`may` answers, `require` refuses. Everything else of the program asks here and nowhere else.
"""

from workflows.access.permissions import PERMISSIONS, Permission
from workflows.access.personal import at
from workflows.access.questions import Right, may, require, require_right
from workflows.access.relations import (
    Account,
    Batch,
    Body,
    Case,
    Correction,
    Custody,
    Erasure,
    Glass,
    Handover,
    Institution,
    Kept,
    Mandate,
    Meeting,
    Organisation,
    Plan,
    Student,
    Task,
    Upload,
    Vote,
    Whole,
)
from workflows.access.seats import Seat, acting_for, seat_among

__all__ = [
    "PERMISSIONS",
    "Account",
    "Batch",
    "Body",
    "Case",
    "Correction",
    "Custody",
    "Erasure",
    "Glass",
    "Handover",
    "Institution",
    "Kept",
    "Mandate",
    "Meeting",
    "Organisation",
    "Permission",
    "Plan",
    "Right",
    "Seat",
    "Student",
    "Task",
    "Upload",
    "Vote",
    "Whole",
    "acting_for",
    "at",
    "may",
    "require",
    "require_right",
    "seat_among",
]
