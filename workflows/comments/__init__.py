"""Comments on a case and its tasks: what colleagues tell each other, sealed, kept, each reading logged."""

from workflows.comments.queries import Comment, count_by_case, read
from workflows.comments.verbs import add, withdraw

__all__ = ["Comment", "add", "count_by_case", "read", "withdraw"]
