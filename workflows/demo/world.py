"""What the builder of the demonstration hands back: ids under names, and the accounts to sign in with."""

from dataclasses import dataclass, field
from datetime import date

# Shown on the page of sign-in and printed by the command: nothing here is anybody's.
NOTICE = "Mọi người, mọi tên trường và mọi số liệu ở đây đều do máy bịa ra để minh họa."
PASSWORD = "minh-hoa-2026"  # noqa: S105 - printed on purpose


@dataclass(frozen=True)
class Account:
    """A printed account of the demonstration."""

    username: str
    password: str
    role: str  # in Vietnamese, for people
    organisation: str
    user_id: int
    organisation_id: int
    position: str


@dataclass
class School:
    """One institution with what stands around it. `kind`: as in `organisations.kinds.INSTITUTIONS`.

    `cells`: its Party cells; `committee_id`: its own Party committee, None where it is one cell;
    `deciding_id`: who decides on admissions today; `users`: position word → user of the first cell.
    """

    institution_id: int
    name: str
    kind: str
    commune_code: str
    party_organisation_id: int
    committee_id: int | None
    section_id: int | None
    cells: list[int]
    union_id: int
    deciding_id: int
    board_id: int
    centre_id: int | None
    students: list[int] = field(default_factory=list)
    secretary_id: int = 0  # user of the cell
    deputy_id: int = 0  # second user of the cell, who confirms
    union_secretary_id: int = 0
    members: dict[int, list[int]] = field(default_factory=dict)  # cell → its official members

    @property
    def cell_id(self) -> int:
        return self.cells[0]

    @property
    def higher(self) -> bool:
        return self.kind in ("college", "university")


@dataclass
class World:
    """The demonstration province. `today` is the day it was built for."""

    today: date
    seed: int
    province_id: int = 0
    communes: dict[str, int] = field(default_factory=dict)  # commune code → its Party committee
    boards: dict[int, int] = field(default_factory=dict)  # committee → its party building board
    centres: dict[int, int] = field(default_factory=dict)  # committee → its political centre
    districts: dict[str, int] = field(default_factory=dict)  # name → committee, until 30/06/2025
    residence_cells: dict[str, list[int]] = field(default_factory=dict)  # commune code → cells
    schools: list[School] = field(default_factory=list)
    users: dict[int, dict[str, int]] = field(default_factory=dict)  # organisation → position → user
    accounts: list[Account] = field(default_factory=list)
    members: int = 0
    pool: list[int] = field(default_factory=list)
    cases: list[int] = field(default_factory=list)

    @property
    def students(self) -> list[int]:
        return [student for school in self.schools for student in school.students]

    @property
    def shown_school(self) -> School:
        """The school whose accounts are printed: with a committee of its own and a political centre."""
        return next((one for one in self.schools if one.committee_id and one.centre_id), self.schools[0])

    @property
    def shown_university(self) -> School:
        return next(one for one in self.schools if one.higher)

    def account(self, position: str) -> Account:
        """The first printed account with this position."""
        return next(account for account in self.accounts if account.position == position)

    def user(self, organisation_id: int, position: str = "secretary") -> int:
        """The user who holds the position in the organisation."""
        return self.users[organisation_id][position]
