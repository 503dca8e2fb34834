"""Whatever stands in the cells, a dry run answers row by row and never breaks."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflows.founding.conftest import TODAY
from workflows.founding.drafting import Line, line_of
from workflows.founding.places import Communes
from workflows.founding.planning import kept_in_words, reason_of
from workflows.founding.roll import Members
from workflows.founding.schools import schools_of
from workflows.founding.seats import Accounts
from workflows.founding.sheets import ACCOUNTS, FORMS, MEMBERS, ORGANISATIONS, SCHOOLS
from workflows.founding.units import Units

COMMUNES = Communes("Bắc Ninh")
EXAMPLES = sorted({value for form in FORMS.values() for row in form.examples for value in row.values()})
CELL = st.one_of(
    st.sampled_from([*EXAMPLES, "Có", "Không", "", "A, B, 01/01/1990", "24.001.000.000.000", "x" * 300]),
    st.sampled_from(EXAMPLES),
    st.text(max_size=12),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.none(),
)


def rows(key: str) -> st.SearchStrategy[list[list[Any]]]:
    """Examples with some of their cells changed, so that rows hang together now and then."""
    names = list(FORMS[key].fields)
    examples = [[row.get(name, "") for name in names] for row in FORMS[key].examples]
    changes = st.dictionaries(st.integers(0, len(names) - 1), CELL, max_size=3)
    changed = st.tuples(st.sampled_from(examples), changes).map(
        lambda pair: [pair[1].get(place, value) for place, value in enumerate(pair[0])]
    )
    return st.lists(changed, max_size=9)


def lines(key: str, cells: Sequence[Sequence[Any]], on: date = TODAY) -> list[Line]:
    columns = {name: place for place, name in enumerate(FORMS[key].fields)}
    return [line_of(FORMS[key], columns, number, row, on) for number, row in enumerate(cells, start=2)]


@settings(max_examples=120, deadline=None)
@given(*(rows(key) for key in (ORGANISATIONS, SCHOOLS, MEMBERS, ACCOUNTS)))
def test_any_cells_get_an_answer(
    organisations: list[list[Any]],
    schools: list[list[Any]],
    members: list[list[Any]],
    accounts: list[list[Any]],
) -> None:
    sheets = {
        ORGANISATIONS: lines(ORGANISATIONS, organisations),
        SCHOOLS: lines(SCHOOLS, schools),
        MEMBERS: lines(MEMBERS, members),
        ACCOUNTS: lines(ACCOUNTS, accounts),
    }
    units = Units({}, sheets[ORGANISATIONS], COMMUNES)
    planned = schools_of(sheets[SCHOOLS], units, COMMUNES, {})
    roll = Members(sheets[MEMBERS], units, {})
    seats = Accounts(sheets[ACCOUNTS], units, roll, {}, {})
    every = [line for found in sheets.values() for line in found]
    for line in every:
        assert (line.status == "error") == bool(reason_of(line))
        assert kept_in_words(line) == ""
    if all(line.status == "new" for line in every):  # then nothing is missing that founding needs
        order = {unit: place for place, unit in enumerate(units.ordered)}
        assert all(unit.parent is None or order[unit.parent] < order[unit] for unit in units.ordered)
        assert all(unit.name and unit.kind and unit.since for unit in units.ordered)
        assert all(school.party and school.cell for school in planned)
        assert all(entry.cell and entry.since for entry in roll.entries)
        assert all(seat.unit and seat.line.values["username"] for seat in seats.seats)
