"""A school's student list, read from a sheet, compared with what is stored, then taken over."""

from workflows.imports.faults import Fault, UnreadableList
from workflows.imports.planning import Line, Report, plan
from workflows.imports.reading import Sheet, read
from workflows.imports.taking import changes_in_words, error_file, reason_of, reasons_of, take_over

__all__ = [
    "Fault",
    "Line",
    "Report",
    "Sheet",
    "UnreadableList",
    "changes_in_words",
    "error_file",
    "plan",
    "read",
    "reason_of",
    "reasons_of",
    "take_over",
]
