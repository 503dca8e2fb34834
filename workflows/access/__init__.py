"""Who may do what: one table of permissions, one set of relations, one question.

`may` answers, `require` refuses. Everything else of the program asks here and nowhere else.
"""

from workflows.access.permissions import PERMISSIONS, Permission
from workflows.access.questions import may, require
from workflows.access.relations import Case, Organisation, Student, Task, Upload, Vote
from workflows.access.seats import Seat, acting_for

__all__ = [
    "PERMISSIONS",
    "Case",
    "Organisation",
    "Permission",
    "Seat",
    "Student",
    "Task",
    "Upload",
    "Vote",
    "acting_for",
    "may",
    "require",
]
