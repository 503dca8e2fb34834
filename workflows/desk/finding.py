"""Finding a person by what somebody remembers: parts of a name without accents, or a number.

A number is the institution's own, that of the case, or the beginning of one on a paper of the case. The
conditions name parameters, so that one statement serves all searches of the same shape.
"""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select

from engine.records import NUMBER_KEY, case, document
from workflows.people.names import search_key
from workflows.people.records import student

LONGEST = 80
MOST_WORDS = 8
MOST_ID = 10**15


class Shape(NamedTuple):
    """What kind of search it is: how many words, may it be a case's number, may it be a paper's."""

    words: int
    number: bool
    paper: bool


def folded(words: str) -> str:
    """As names are kept to be searched, without the signs that a pattern would read."""
    return search_key(words[:LONGEST]).replace("\\", "").replace("%", "").replace("_", "")


def shape_of(words: str) -> Shape:
    key = folded(words)
    number = key.isascii() and key.isdigit() and int(key) < MOST_ID
    return Shape(min(len(key.split()), MOST_WORDS), number, any(char.isdigit() for char in key))


def values_of(words: str) -> dict[str, Any]:
    """The parameters of a search."""
    key, shape = folded(words), shape_of(words)
    found: dict[str, Any] = {f"word{n}": f"% {word}%" for n, word in enumerate(key.split()[:MOST_WORDS])}
    found["key"] = key
    if shape.number:
        found["number"] = int(key)
    if shape.paper:
        found |= {"paper": key, "paper_end": key + "zzzz", "paper_like": key + "%"}
    return found


def person_matches(shape: Shape) -> ColumnElement[bool]:
    """Every word begins a word of the name, in any order; or the whole is the student's number."""
    named = [(" " + student.c.search_key).like(bindparam(f"word{n}")) for n in range(shape.words)]
    return or_(and_(*named), func.lower(student.c.code) == bindparam("key"))


def case_matches(shape: Shape) -> ColumnElement[bool]:
    """The person of the case, the case's number, or the number of one of its papers. Needs the student."""
    found = [person_matches(shape)]
    if shape.number:
        found.append(case.c.id == bindparam("number"))
    if shape.paper:
        found.append(case.c.id.in_(with_paper()))
    return or_(*found)


def with_paper() -> Select[Any]:
    """Cases with a paper whose number begins so; the range is what an index can walk."""
    within = and_(bindparam("paper") <= NUMBER_KEY, bindparam("paper_end") >= NUMBER_KEY)
    begins = and_(within, NUMBER_KEY.like(bindparam("paper_like")))
    return select(document.c.case_id).where(begins, document.c.case_id.is_not(None))


def named(words: str) -> Select[Any]:
    """Students whom the words mean, with the values in place."""
    return select(student.c.id).where(person_matches(shape_of(words))).params(values_of(words))
