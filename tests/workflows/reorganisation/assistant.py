"""Making, approving and carrying out plans in a test, in few words; and what must hold afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine import cases
from engine.records import case, task
from engine.replaying import replay
from engine.transactions import Store, Transaction
from tests.workflows.builders import noon
from workflows.organisations.queries import tree_of
from workflows.organisations.resolution import resolve
from workflows.reorganisation import approving, carrying, drafting, foreseeing
from workflows.reorganisation.plans import changes_of, find, real
from workflows.transfers.records import custody

LONG = 600.0


@dataclass
class Assistant:
    """Plans of one installation: `maker` writes, `second` approves; both administer `head`."""

    store: Store
    head: int
    maker: int
    second: int
    today: date

    @property
    def now(self) -> datetime:
        return noon(self.today)

    def plan(self, on: date | None = None, number: str = "12-QĐ/TU") -> int:
        head = {
            "title": "Sắp xếp tổ chức",
            "number": number,
            "paper_on": min(self.today, on or self.today),
            "issuer": "Tỉnh ủy Thử Nghiệm",
            "on_day": on or self.today,
        }
        with self.store.transaction() as tx:
            return drafting.make(tx, self.head, head, by=self.maker, on=self.today, now=self.now)

    def add(self, plan_id: int, verb: str, **answers: Any) -> int:
        """One change; gives the reference of the organisation that it will found."""
        with self.store.transaction() as tx:
            reach = set(tree_of(tx).nodes)
            given = DEFAULTS.get(verb, {}) | answers
            return -drafting.add_change(tx, plan_id, verb, given, reach=reach)

    def share(self, plan_id: int, change: int, kind: str, things: list[Any], to: int) -> None:
        with self.store.transaction() as tx:
            drafting.share(tx, plan_id, -change, kind, [str(one) for one in things], to)

    def foresee(self, plan_id: int) -> foreseeing.Foreseen:
        return foreseeing.foresee(self.store, plan_id, now=self.now)

    def approve(self, plan_id: int) -> None:
        with self.store.transaction() as tx:
            revision = find(tx, plan_id).revision
            who: dict[str, Any] = {"revision": revision, "on": self.today, "now": self.now}
            drafting.submit(tx, plan_id, by=self.maker, **who)
            approving.approve(tx, plan_id, by=self.second, **who)

    def carry_out(self, plan_id: int, seconds: float = LONG) -> bool:
        return carrying.advance(self.store, plan_id, now=self.now, seconds=seconds)

    def do(self, plan_id: int) -> Any:
        """Approved and carried out; gives the plan's row."""
        self.approve(plan_id)
        self.carry_out(plan_id)
        with self.store.transaction(writing=False) as tx:
            plan = find(tx, plan_id)
        assert plan.state == "done", plan.stopped_because
        return plan

    def made(self, plan_id: int, ref: int) -> int:
        """The organisation behind a reference, once it is founded."""
        with self.store.transaction(writing=False) as tx:
            return real(changes_of(tx, plan_id), ref)


DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "found": {"decided_by": "", "regime": "", "code14": ""},
    "power": {"decided_by": "", "regime": ""},
    "merge": {"seats": "follow", "registers": "new"},
    "split": {"seats": "follow", "registers": "new", "stays": False},
}


def assert_whole(store: Store, on: date) -> None:
    """One custodian that stands and has custody; tasks by the resolver; the journal tells the state."""
    with store.transaction(writing=False) as tx:
        tree = tree_of(tx)
        open_cases = tx.execute(select(case.c.id).where(case.c.closed_on.is_(None))).scalars().all()
        for case_id in open_cases:
            row = cases.get_case(tx, case_id)
            assert tree.nodes[row.custodian_id].stands_on(on), (case_id, row.custodian_id)
            for one in cases.open_tasks(tx, case_id):
                owing = resolve(tx, row, one.lane, one.item, on)
                assert one.organisation_id == owing, (case_id, one.element)
            waiting = {item.engine_id for item in replay(tx, case_id) if item.kind == "task"}
            opened = set(tx.execute(select(task.c.engine_id).where(task.c.case_id == case_id)).scalars())
            assert waiting == opened, case_id
            if row.kind == "admission":
                assert _custodian(tx, row.subject_id) == row.custodian_id, case_id


def _custodian(tx: Transaction, student_id: int) -> int | None:
    last = select(custody.c.organisation_id).where(custody.c.student_id == student_id)
    found: int | None = tx.execute(last.order_by(custody.c.seq.desc()).limit(1)).scalar()
    return found
