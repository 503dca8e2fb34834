"""Users of the demonstration: the actors of every organisation that acts, and one printed account for a role.

Only the printed ones have a password that anybody knows. The others work in their organisations with one that
was thrown away at once; the residence cells have nobody, so that what they owe is done by whoever stands in.
"""

import random
import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import func, insert, select, update

from engine.records import case, task
from engine.transactions import Transaction
from workflows.admission.records import helper_assignment
from workflows.demo.measures import person
from workflows.demo.structure import count_on, first_free
from workflows.demo.world import PASSWORD, Account, School, World
from workflows.organisations.records import institution, organisation
from workflows.people.records import member, pool_entry, position, student, user_account
from workflows.people.users import add_user, named

SINCE = date(2021, 9, 1)


class Staff:
    """Collects accounts and positions; `write` stores them."""

    def __init__(self, tx: Transaction, world: World, chance: random.Random) -> None:
        self.tx, self.world, self.chance = tx, world, chance
        self.next_id = first_free(tx, user_account)
        self.lost = lost_password()
        self.users: list[dict[str, Any]] = []
        self.positions: list[dict[str, Any]] = []
        self.names = _names_of(
            tx, [helper_of(school, cell) for school in world.schools for cell in school.cells]
        )

    def add(
        self,
        organisation_id: int,
        word: str,
        username: str,
        *,
        until: date | None = None,
        member_id: int | None = None,
    ) -> int:
        """`member_id`: the account is that member's and bears that name."""
        own = self.next_id
        self.next_id += 1
        name = person(self.chance, self.chance.choice(("male", "female")))
        if member_id is not None:
            name = self.names[member_id]
        mark = f"{self.chance.getrandbits(128):032x}"
        self.users.append(
            {
                "id": own,
                "username": username,
                **named(name),
                "active": True,
                "password": self.lost,
                "fs_uniquifier": mark,
                "language": "vi",
                "member_id": member_id,
            }
        )
        row = {"user_id": own, "organisation_id": organisation_id, "position": word}
        self.positions.append({**row, "valid_from": SINCE, "valid_to": until})
        self.world.users.setdefault(organisation_id, {})[word] = own
        return own

    def write(self) -> None:
        self.tx.execute(insert(user_account), self.users)
        self.tx.execute(insert(position), self.positions)
        count_on(self.tx, user_account)


def lost_password() -> str:
    """The hash of a password that nobody has seen: the organisation is staffed, nobody signs in."""
    return PasswordHasher().hash(secrets.token_urlsafe(32))


def add_users(tx: Transaction, world: World, chance: random.Random) -> None:
    """Actors for the province, committees, boards, centres, and every school's cell, committee and union."""
    staff = Staff(tx, world, chance)
    staff.add(world.province_id, "secretary", "tinhuy.bithu")
    staff.add(world.province_id, "auditor", "kiemtra")
    staff.add(world.province_id, "administrator", "quantri")
    committees = {**world.communes, **world.districts}
    for number, committee in enumerate(committees.values(), start=1):
        staff.add(committee, "secretary", f"dangbo{number:03d}.bithu")
        staff.add(committee, "deputy_secretary", f"dangbo{number:03d}.phobithu")
    for number, board in enumerate(world.boards.values(), start=1):
        staff.add(board, "officer", f"ban{number:03d}.chuyenvien")
        staff.add(board, "committee_member", f"ban{number:03d}.uyvien")
    for number, centre in enumerate(world.centres.values(), start=1):
        staff.add(centre, "centre_officer", f"trungtam{number:03d}.canbo")
    for number, school in enumerate(world.schools, start=1):
        _add_school(staff, school, f"truong{number:03d}")
    staff.write()


def _add_school(staff: Staff, school: School, prefix: str) -> None:
    for number, cell in enumerate(school.cells, start=1):
        sign = prefix if number == 1 else f"{prefix}.cb{number}"
        staff.add(cell, "secretary", f"{sign}.bithu")
        staff.add(cell, "deputy_secretary", f"{sign}.phobithu")
        staff.add(cell, "helper", f"{sign}.giupdo", member_id=helper_of(school, cell))
    for committee, sign in ((school.committee_id, "danguy"), (school.section_id, "bophan")):
        if committee is not None:
            staff.add(committee, "secretary", f"{prefix}.{sign}")
            staff.add(committee, "deputy_secretary", f"{prefix}.{sign}.pho")
    staff.add(school.union_id, "union_secretary", f"{prefix}.doan")
    staff.add(school.union_id, "committee_member", f"{prefix}.doan.uyvien")
    users = staff.world.users
    school.secretary_id = users[school.cell_id]["secretary"]
    school.deputy_id = users[school.cell_id]["deputy_secretary"]
    school.union_secretary_id = users[school.union_id]["union_secretary"]


def helper_of(school: School, cell_id: int) -> int:
    """The member of the cell who has the helper's account: a helper's right rests on being that member."""
    return school.members[cell_id][0]


def _names_of(tx: Transaction, members: Sequence[int]) -> dict[int, str]:
    parts = (member.c.family_name, member.c.middle_name, member.c.given_name)
    rows = tx.execute(select(member.c.id, *parts).where(member.c.id.in_(members)))
    return {row.id: " ".join(part for part in tuple(row)[1:] if part) for row in rows}


def open_accounts(tx: Transaction, world: World) -> None:
    """One account for each role, all with one password, and the organisations they belong to in words."""
    school, higher = world.shown_school, world.shown_university
    rows: Sequence[tuple[str, int | None, str]] = (
        ("Bí thư chi bộ trường", school.cell_id, "secretary"),
        ("Phó bí thư chi bộ trường", school.cell_id, "deputy_secretary"),
        ("Đảng viên giúp đỡ", school.cell_id, "helper"),
        ("Bí thư Đoàn trường", school.union_id, "union_secretary"),
        ("Bí thư đảng ủy trường", school.committee_id, "secretary"),
        ("Bí thư chi bộ sinh viên", higher.cell_id, "secretary"),
        ("Đảng ủy bộ phận", higher.section_id, "secretary"),
        ("Chuyên viên Ban Xây dựng Đảng", school.board_id, "officer"),
        ("Ủy viên Ban Xây dựng Đảng", school.board_id, "committee_member"),
        ("Thường trực đảng ủy xã, phường", school.deciding_id, "secretary"),
        ("Trung tâm chính trị", school.centre_id, "centre_officer"),
        ("Ban Tổ chức Tỉnh ủy", world.boards[world.province_id], "officer"),
        ("Cán bộ kiểm tra", world.province_id, "auditor"),
        ("Quản trị viên", world.province_id, "administrator"),
    )
    hashed = PasswordHasher().hash(PASSWORD)
    for role, organisation_id, word in rows:
        if organisation_id is not None:
            _open(tx, world, role, organisation_id, word, hashed)


def open_helper(tx: Transaction, world: World) -> None:
    """Once there are cases: the printed helper is one who has a report to write now, if anybody has."""
    old = world.account("helper")
    found = _busiest_helper(tx)
    if found is None:
        return
    organisation_id, member_id = found
    user_id = world.user(organisation_id, "helper")
    name = _names_of(tx, [member_id])[member_id]
    lost = lost_password()
    tx.execute(update(user_account).where(user_account.c.id == old.user_id).values(password=lost))
    tx.execute(
        update(user_account).where(user_account.c.id == user_id).values(member_id=member_id, **named(name))
    )
    _open(tx, world, old.role, organisation_id, "helper", PasswordHasher().hash(PASSWORD))
    world.accounts[world.accounts.index(old)] = world.accounts.pop()


def open_students(tx: Transaction, world: World) -> None:
    """Accounts of students: who has a paper to write, whose file waits for others, who is in the pool."""
    hashed = PasswordHasher().hash(PASSWORD)
    asked = select(case.c.subject_id).join(task, task.c.case_id == case.c.id)
    waits = select(case.c.subject_id).where(case.c.stage == "file_checks")
    pool = select(pool_entry.c.student_id).where(
        pool_entry.c.left_on.is_(None), pool_entry.c.student_id.not_in(select(case.c.subject_id))
    )
    chosen = (
        asked.where(task.c.lane == "candidate", task.c.element == "application").order_by(task.c.id),
        waits.order_by(case.c.id),
        pool.order_by(pool_entry.c.id),
    )
    for number, query in enumerate(chosen, start=1):
        found = tx.execute(query.limit(1)).scalar()
        if found is not None:
            _open_student(tx, world, int(found), f"hocsinh{number}", hashed)


def _open_student(tx: Transaction, world: World, student_id: int, username: str, hashed: str) -> None:
    """The account prints with its school; it has no seat."""
    row = tx.execute(
        select(student, institution.c.name.label("school"), institution.c.party_organisation_id)
        .join(institution, institution.c.id == student.c.institution_id)
        .where(student.c.id == student_id)
    ).one()
    name = " ".join(part for part in (row.family_name, row.middle_name, row.given_name) if part)
    user_id = add_user(tx, username, name, password=hashed, student_id=student_id)
    world.accounts.append(
        Account(
            username,
            PASSWORD,
            "Học sinh, sinh viên",
            row.school,
            user_id,
            row.party_organisation_id,
            "student",
        )
    )


def _busiest_helper(tx: Transaction) -> tuple[int, int] | None:
    """(cell, member) with the most open tasks of a helper."""
    row = tx.execute(
        select(task.c.organisation_id, helper_assignment.c.member_id)
        .join(helper_assignment, helper_assignment.c.case_id == task.c.case_id)
        .join(
            position,
            (position.c.organisation_id == task.c.organisation_id) & (position.c.position == "helper"),
        )
        .where(task.c.lane == "helper", helper_assignment.c.valid_to.is_(None))
        .group_by(task.c.organisation_id, helper_assignment.c.member_id)
        .order_by(func.count().desc(), task.c.organisation_id, helper_assignment.c.member_id)
    ).first()
    return None if row is None else (int(row.organisation_id), int(row.member_id))


def _open(tx: Transaction, world: World, role: str, organisation_id: int, word: str, hashed: str) -> None:
    user_id = world.user(organisation_id, word)
    tx.execute(update(user_account).where(user_account.c.id == user_id).values(password=hashed))
    username = tx.execute(select(user_account.c.username).where(user_account.c.id == user_id)).scalar_one()
    name = tx.execute(select(organisation.c.name).where(organisation.c.id == organisation_id)).scalar_one()
    world.accounts.append(Account(str(username), PASSWORD, role, str(name), user_id, organisation_id, word))
