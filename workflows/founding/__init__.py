"""A real installation's organisations, schools, members and accounts from one workbook, all or nothing."""

from workflows.founding.papers import error_file, template
from workflows.founding.planning import Plan, plan
from workflows.founding.reading import Book, read
from workflows.founding.slips import Slip, make_slip, sheet_of
from workflows.founding.taking import take_over

__all__ = [
    "Book",
    "Plan",
    "Slip",
    "error_file",
    "make_slip",
    "plan",
    "read",
    "sheet_of",
    "take_over",
    "template",
]
