"""The small world with somewhere to go: a commune of residence, its cells without accounts, and a university.

One student is walked down the road once; the world is a file at each stage, and every test takes a copy.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.database import open_engine
from engine.secrets import Keys
from engine.transactions import Store, Transaction
from tests.workflows.builders import ABLE, BEGINNING, World, build, noon
from workflows.admission.registry import build_registry
from workflows.organisations.changes import found
from workflows.people.members import add_member
from workflows.people.users import add_position, add_user
from workflows.transfers import verbs

# Where the person stands → the step that is open then.
STOPS = {
    "new": "union_exec_vote",
    "helped": "application",
    "filed": "cell_vote",
    "voted": "committee_resolution",
    "submitted": "admission_decision",
    "decided": "admission_ceremony",
    "probationary": "new_member_class",
    "official": None,
}


@dataclass
class Town(World):
    """`home`: the commune of residence, `village` and `street` its cells; `campus`: a university's committee,
    `faculty` its cell. Only the commune and the campus have accounts."""

    province: int = 0
    home: int = 0
    village: int = 0
    street: int = 0
    campus: int = 0
    faculty: int = 0
    case_id: int = 0
    extra: dict[str, int] = field(default_factory=dict)

    def now(self) -> Any:
        return noon(self.today)

    def do_verb(self, verb: Callable[..., Any], about: int, who: str, **answers: Any) -> Any:
        given = {"on": self.today.isoformat(), **answers}
        with self.store.transaction() as tx:
            return verb(tx, about, given, by=self.users[who], now=self.now())

    def prepare(self, receiver: int | None = None, who: str = "cell1", **more: Any) -> int:
        given = {"moved_because": "graduated", "moved_on": self.today.isoformat(), "receiver_id": receiver}
        return int(self.do_verb(verbs.prepare, self.students[0], who, **{**given, **more}).case.id)

    def referring(self, handover: int) -> str:
        """An account of whoever writes the letter."""
        names = {self.cell: "cell1", self.school: "school1", self.commune: "commune1"}
        names |= {self.province: "province1"}
        return names[self.task(handover, "offer_handover").organisation_id or 0]

    def offer(self, handover: int, **more: Any) -> None:
        self.do_verb(verbs.offer, handover, self.referring(handover), number="12-CV/ĐU", **more)

    def offered(self, receiver: int | None = None, **more: Any) -> int:
        handover = self.prepare(receiver, **more)
        self.offer(handover)
        return handover


def extend(tx: Transaction, town: Town) -> None:
    def add(kind: str, name: str, parent: int, decided_by: str | None = None) -> int:
        on = {"on": BEGINNING, "by": None, "now": noon(BEGINNING)}
        return found(tx, kind=kind, name=name, parent_id=parent, decided_by=decided_by, **on)  # type: ignore[arg-type]

    town.home = add("commune_committee", "Đảng ủy xã Quê", town.province, "standing")
    town.village = add("party_cell", "Chi bộ thôn Thượng", town.home)
    town.street = add("party_cell", "Chi bộ thôn Hạ", town.home)
    town.campus = add("grassroots_committee", "Đảng ủy Trường Đại học Thử", town.home)
    town.faculty = add("party_cell", "Chi bộ Khoa Thử", town.campus)
    for name, organisation in (("home1", town.home), ("campus1", town.campus), ("province1", town.province)):
        town.users[name] = add_user(tx, name, name, password=ABLE)
        add_position(tx, town.users[name], organisation, "secretary", since=BEGINNING)
    for letter in "ABCDE":
        add_member(tx, f"Đảng Viên Quê {letter}", cell_id=town.village, status="official", since=BEGINNING)


class Towns:
    """The world as a file at each stop of the road."""

    def __init__(self, template: Path, keys: Keys, folder: Path) -> None:
        self.keys, self.folder, self.opened = keys, folder, []  # type: ignore[var-annotated]
        path = folder / "growing.db"
        shutil.copyfile(template, path)
        world = build(self.open(path))
        with world.store.transaction() as tx:
            from workflows.organisations.queries import tree_of

            town = Town(**vars(world), province=tree_of(tx).ancestors_on(world.commune, BEGINNING)[-1])
            extend(tx, town)
        town.case_id, self.days = town.nominate(), {}
        for stop, element in STOPS.items():
            town.until(town.case_id, element) if element else town.walk(town.case_id)
            self.close()
            shutil.copyfile(path, folder / f"{stop}.db")
            self.days[stop] = town.today
            town.store = self.open(path)
        self.close()
        self.town = town

    def open(self, path: Path) -> Store:
        engine = open_engine(f"sqlite:///{path}", self.keys.database)
        self.opened.append(engine)
        return Store(engine, registry=build_registry(), keys=self.keys)

    def close(self) -> None:
        while self.opened:
            self.opened.pop().dispose()

    def at(self, stop: str, folder: Path) -> Town:
        path = folder / "town.db"
        shutil.copyfile(self.folder / f"{stop}.db", path)
        ids = {name: value for name, value in vars(self.town).items() if name not in ("store", "today")}
        return Town(store=self.open(path), today=self.days[stop], **ids)
