"""What a change of the tree touches: counted before it is done, its effect on open tasks after it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import func, or_, select

from engine.errors import Text
from engine.records import case
from engine.transactions import Transaction
from workflows.organisations.chain import deciding_committee
from workflows.organisations.queries import tree_of
from workflows.organisations.records import institution
from workflows.organisations.tree import Tree
from workflows.people.records import member_place, position, student, user_account

SHOWN: Final = 20  # cases named one by one


@dataclass
class Foreseen:
    """What a change would touch. `stops`: why it cannot be done now; empty where it can."""

    name: str
    cases: int = 0
    positions: list[tuple[str, str]] = field(default_factory=list)  # (name, position) that end with it
    members: int = 0
    students: int = 0
    below: int = 0
    schools: list[str] = field(default_factory=list)
    moving: list[tuple[str, str, int]] = field(default_factory=list)  # (from, to, tasks)
    decides: tuple[str, str] = ("", "")  # who decides on admissions here, before and after
    stops: list[Text] = field(default_factory=list)
    open_cases: list[Any] = field(default_factory=list)


def touched(tx: Transaction, organisation_id: int, on: date) -> Foreseen:
    """Everything at and below the organisation on the day."""
    tree = tree_of(tx)
    found = Foreseen(tree.nodes[organisation_id].name)
    under = tree.descendants_on(organisation_id, on)
    found.below = len(under)
    whole = [organisation_id, *under]
    m, s = member_place.c, student.c
    on_roll = select(func.count()).where(m.cell_id.in_(whole), m.valid_from <= on)
    found.members = tx.execute(on_roll.where(or_(m.valid_to.is_(None), m.valid_to > on))).scalar_one()
    held = (
        select(func.count())
        .select_from(case)
        .where(case.c.custodian_id.in_(whole), case.c.closed_on.is_(None))
    )
    found.cases = tx.execute(held).scalar_one()
    followed = select(func.count()).where(s.cell_id.in_(whole), s.left_on.is_(None))
    found.students = tx.execute(followed).scalar_one()
    i = institution.c
    schools = select(i.name).where(
        or_(i.party_organisation_id.in_(whole), i.union_organisation_id.in_(whole), i.cell_id.in_(whole))
    )
    found.schools = list(tx.execute(schools.order_by(i.name_key)).scalars())
    return found


def stops_of_ending(tx: Transaction, organisation_id: int, begins: date, found: Foreseen) -> None:
    """Nothing that is open may lose its place: the ways out are said beside each obstacle."""
    tree = tree_of(tx)
    p, a = position.c, user_account.c
    held = (
        select(a.name, p.position)
        .join(position, p.user_id == a.id)
        .where(p.organisation_id == organisation_id, or_(p.valid_to.is_(None), p.valid_to > begins))
    )
    found.positions = [(row.name, row.position) for row in tx.execute(held.order_by(a.sort_key, a.id))]
    children = tree.children_from(organisation_id, begins)
    if children:
        names = ", ".join(tree.nodes[one].name for one in children[:5])
        found.stops.append(
            Text(
                "Còn {count} tổ chức trực thuộc ({names}…): hãy chuyển từng tổ chức về cấp trên khác trước.",
                count=len(children),
                names=names,
            )
        )
    query = select(case.c.id, case.c.stage, case.c.opened_on).where(
        case.c.custodian_id == organisation_id, case.c.closed_on.is_(None)
    )
    found.open_cases = list(tx.execute(query.order_by(case.c.id).limit(SHOWN + 1)).all())
    if found.open_cases:
        own = select(func.count()).select_from(query.subquery())
        found.stops.append(
            Text(
                "Tổ chức đang giữ {count} hồ sơ chưa kết thúc: người giữ hồ sơ cần kết thúc hoặc chuyển giao "
                "từng hồ sơ trước, hoặc lập phương án ở mục “Sắp xếp tổ chức” để tổ chức kế tục nhận hồ sơ.",
                count=tx.execute(own).scalar_one(),
            )
        )
    m = member_place.c
    staying = select(func.count()).where(
        m.cell_id == organisation_id, or_(m.valid_to.is_(None), m.valid_to > begins)
    )
    members = tx.execute(staying).scalar_one()
    if members:
        found.stops.append(
            Text(
                "Còn {count} đảng viên trong danh sách: hãy chuyển đảng viên đến chi bộ khác trước.",
                count=members,
            )
        )


def name_in(tree: Tree, organisation_id: int | None) -> str:
    return tree.nodes[organisation_id].name if organisation_id in tree.nodes else ""  # type: ignore[index]


def deciding_in(tree: Tree, organisation_id: int, day: date) -> str:
    """Who decides on admissions of a cell there: the organisation itself if it does, else the next above."""
    place = tree.place_on(organisation_id, day)
    if place is not None and place.decided_by:
        return name_in(tree, organisation_id)
    return name_in(tree, deciding_committee(tree, organisation_id, day))
