"""Comments on a case and its tasks: what colleagues tell each other, sealed, kept, each reading logged."""

from workflows.comments.queries import Comment, belongs, count_by_case, count_of_task, read
from workflows.comments.verbs import add, withdraw

__all__ = ["Comment", "add", "belongs", "count_by_case", "count_of_task", "read", "withdraw"]
