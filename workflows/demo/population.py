"""The people of the demonstration: members on the rolls of their cells, students with classes and results.

Every name, birthday and number is drawn by chance; identity numbers begin with 999, which no province has.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert

from engine.transactions import Transaction
from workflows.demo.measures import Measures, person, words
from workflows.demo.structure import count_on, first_free
from workflows.demo.world import School, World
from workflows.people.names import search_key, sort_key, split_name
from workflows.people.records import member, member_place
from workflows.people.students import add_students, record_results

ON_ROLL_SINCE = date(2021, 9, 1)
SMALLEST_CELL = 7  # official members: enough for every vote and for helpers
STATUSES = ("official",) * 17 + ("exempt", "away", "probationary")
SCHOOL_YEAR_STARTS = (9, 5)
STUDY = ("excellent",) * 3 + ("good",) * 5 + ("satisfactory",) * 2
CONDUCT = ("excellent",) * 7 + ("good",) * 3
BATCH = 2_000


def add_members(tx: Transaction, world: World, chance: random.Random, measures: Measures) -> None:
    """Rolls of all cells: the schools' cells get theirs first, the residence cells share the rest."""
    rows: list[dict[str, Any]] = []
    places: list[dict[str, Any]] = []
    next_id = first_free(tx, member)
    for school, cell_id, size in _rolls(world, chance, measures):
        for number in range(size):
            status = "official" if number < SMALLEST_CELL else chance.choice(STATUSES)
            rows.append(_member_row(next_id, chance, world.today, status))
            since = (
                rows[-1]["admitted_on"] + timedelta(days=20) if status == "probationary" else ON_ROLL_SINCE
            )
            places.append({"member_id": next_id, "cell_id": cell_id, "status": status, "valid_from": since})
            if school is not None and status == "official":
                school.members.setdefault(cell_id, []).append(next_id)
            next_id += 1
    tx.execute(insert(member), rows)
    tx.execute(insert(member_place), places)
    count_on(tx, member)
    world.members = len(rows)


def _rolls(
    world: World, chance: random.Random, measures: Measures
) -> Iterator[tuple[School | None, int, int]]:
    left = measures.members
    for school in world.schools:
        for cell_id in school.cells:
            size = chance.randint(SMALLEST_CELL + 1, 16)
            left -= size
            yield school, cell_id, size
    cells = [cell for cells in world.residence_cells.values() for cell in cells]
    for place, cell_id in enumerate(cells):
        size = max(4, left // (len(cells) - place))
        left -= size
        yield None, cell_id, size


def _member_row(own: int, chance: random.Random, today: date, status: str) -> dict[str, Any]:
    name = split_name(person(chance, chance.choice(("male", "female"))))
    born = date(chance.randint(1966, 1998), chance.randint(1, 12), chance.randint(1, 28))
    admitted = date(born.year + chance.randint(20, 22), chance.randint(1, 12), chance.randint(1, 28))
    if status == "probationary":
        admitted = today - timedelta(days=chance.randint(40, 300))
    return {
        "id": own,
        "family_name": name.family,
        "middle_name": name.middle,
        "given_name": name.given,
        "sort_key": sort_key(name),
        "search_key": search_key(name.full),
        "birth_date": born,
        "admitted_on": admitted,
        "official_on": None if status == "probationary" else admitted + timedelta(days=380),
    }


def add_pupils(
    tx: Transaction,
    world: World,
    chance: random.Random,
    measures: Measures,
    progress: Callable[[str, int, int], None],
) -> None:
    """Students of every institution: three grades at schools, four years above, with identity numbers."""
    done = 0
    shares = _shares(world, chance, measures.students)
    for school, count in zip(world.schools, shares, strict=True):
        drafts = [_draft(chance, school, world, done + number, number, count) for number in range(count)]
        for start in range(0, count, BATCH):
            school.students += add_students(tx, school.institution_id, drafts[start : start + BATCH])
        record_results(tx, _results(chance, world.today, school))
        done += count
        progress("Học sinh, sinh viên", done, measures.students)


def _shares(world: World, chance: random.Random, wanted: int) -> list[int]:
    """Sizes that add up to what is wanted; colleges and universities are three times as large."""
    weights = [chance.uniform(0.7, 1.3) * (3 if school.higher else 1) for school in world.schools]
    shares = [max(6, int(wanted * weight / sum(weights))) for weight in weights]
    shares[-1] += max(0, wanted - sum(shares))
    return shares


def school_year(today: date) -> int:
    """The year in which the present school year began."""
    return today.year if (today.month, today.day) >= SCHOOL_YEAR_STARTS else today.year - 1


def _draft(
    chance: random.Random, school: School, world: World, number: int, place: int, count: int
) -> dict[str, Any]:
    gender = chance.choice(("male", "female"))
    year = place * (4 if school.higher else 3) // count
    begun = school_year(world.today)
    draft = {
        "full_name": person(chance, gender),
        "gender": gender,
        "code": f"{'SV' if school.higher else 'HS'}{school.institution_id:03d}{place + 1:05d}",
        "commune_code": chance.choice(list(world.communes)),
        "cell_id": school.cells[place % 2 if school.higher else 0],
        "personal": {"identity_number": f"999{number:09d}"},
    }
    return draft | (_higher if school.higher else _pupil)(chance, begun, year, place)


def _pupil(chance: random.Random, begun: int, year: int, place: int) -> dict[str, Any]:
    """Grade 12 in the year of the eighteenth birthday; one in twelve is a year or two older."""
    grade = 12 - year
    older = chance.choice((1, 1, 2)) if chance.random() < 1 / 12 else 0
    born = begun - grade - 5 - older
    entered = begun - (grade - 10)
    return {
        "birth_date": date(born, chance.randint(1, 12), chance.randint(1, 28)),
        "grade": grade,
        "class_name": f"{grade}A{place % 6 + 1}",
        "entered_on": date(entered, 9, 5),
        "graduation_on": date(entered + 3, 5, 31),
    }


def _higher(chance: random.Random, begun: int, year: int, place: int) -> dict[str, Any]:
    """Intakes of four years; the oldest first, so that most are past their first year."""
    entered = begun - 3 + year
    return {
        "birth_date": date(
            entered - 18 - (chance.random() < 0.2), chance.randint(1, 12), chance.randint(1, 28)
        ),
        "course": f"K{entered - 2008}",
        "class_name": f"K{entered - 2008}-{place % 5 + 1}",
        "programme": chance.choice(words()["programme"]),
        "entered_on": date(entered, 9, 5),
        "graduation_on": date(entered + 4, 6, 30),
    }


def _results(
    chance: random.Random, today: date, school: School
) -> Sequence[tuple[int, str, str | None, str | None]]:
    begun = school_year(today) - 1
    return [
        (student_id, f"{begun}-{begun + 1}", chance.choice(STUDY), chance.choice(CONDUCT))
        for student_id in school.students
    ]
