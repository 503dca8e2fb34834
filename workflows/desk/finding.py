"""Finding a person by what somebody remembers: parts of a name without accents, or a number.

A number is the institution's own, that of the case, or the beginning of one on a paper of the case.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from engine.records import NUMBER_KEY, case, document
from workflows.people.names import search_key
from workflows.people.records import student

LONGEST = 80
MOST_ID = 10**15


def folded(words: str) -> str:
    """As names are kept to be searched, without the signs that a pattern would read."""
    return search_key(words[:LONGEST]).replace("\\", "").replace("%", "").replace("_", "")


def person_matches(words: str) -> ColumnElement[bool]:
    """Every word begins a word of the name, in any order; or the whole is the student's number."""
    key = folded(words)
    named = [(" " + student.c.search_key).contains(" " + word) for word in key.split()]
    return or_(and_(*named), func.lower(student.c.code) == key)


def case_matches(words: str) -> ColumnElement[bool]:
    """The person of the case, the case's number, or the number of one of its papers. Needs the student."""
    key = folded(words)
    found = [person_matches(words)]
    if key.isascii() and key.isdigit() and int(key) < MOST_ID:
        found.append(case.c.id == int(key))
    if any(char.isdigit() for char in key):
        found.append(case.c.id.in_(with_paper(key)))
    return or_(*found)


def with_paper(key: str) -> Select[Any]:
    """Cases with a paper whose number begins so; the range is what an index can walk."""
    begins = and_(key <= NUMBER_KEY, key + "zzzz" >= NUMBER_KEY, NUMBER_KEY.startswith(key))
    return select(document.c.case_id).where(begins, document.c.case_id.is_not(None))


def named(words: str) -> Select[Any]:
    """Students whom the words mean."""
    return select(student.c.id).where(person_matches(words))
