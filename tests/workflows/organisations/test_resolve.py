"""`resolve` as the engine calls it: the tree from the database, the asked organisation from a request row."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert

from engine import records as engine_records
from engine.registry import Registry
from engine.transactions import Store, Transaction
from tests.workflows.organisations import provinces as p
from workflows.admission import records as admission
from workflows.organisations.queries import forget_tree, tree_of
from workflows.organisations.records import institution, organisation, organisation_place, succession
from workflows.organisations.resolution import LANES, answering, resolve

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def keep_province(tx: Transaction) -> None:
    """The province of `provinces.py`, row by row, as the demonstration writes its own."""
    for node in p.NODES:
        row = {"id": node.id, "kind": node.kind, "name": node.name, "name_key": node.name.lower()}
        dates = {"valid_from": node.valid_from, "valid_to": node.valid_to}
        tx.execute(insert(organisation).values(row | dates))
    for place in p.PLACES:
        tx.execute(
            insert(organisation_place).values(
                organisation_id=place.organisation_id,
                parent_id=place.parent_id,
                may_decide=place.decided_by is not None,
                decided_by=place.decided_by,
                valid_from=place.valid_from,
                valid_to=place.valid_to,
            )
        )
    for row in p.SUCCESSIONS:
        tx.execute(
            insert(succession).values(
                predecessor_id=row.predecessor_id, successor_id=row.successor_id, on_day=row.on
            )
        )
    for school in p.SCHOOLS:
        tx.execute(
            insert(institution).values(
                id=school.id,
                name=f"Trường {school.id}",
                name_key=f"truong {school.id}",
                kind="high_school",
                party_organisation_id=school.party_organisation_id,
                union_organisation_id=school.union_organisation_id,
                cell_id=school.cell_id,
            )
        )
    forget_tree(tx)


def keep_requests(tx: Transaction) -> dict[str, int]:
    """One verification and one opinion asked of the residence cell, one verification asked outside."""
    model = tx.insert(engine_records.model, {"kind": "admission", "sha256": "0", "rank": 1, "files": b""})
    case = tx.insert(
        engine_records.case,
        {
            "kind": "admission",
            "subject_id": 1,
            "custodian_id": p.CELL,
            "model_id": model,
            "version": 1,
            "words": {},
            "state": b"x",
            "opened_on": p.R2A_DAY,
            "opened_at": NOW,
        },
    )
    act = tx.insert(
        admission.act,
        {
            "case_id": case,
            "element": "send_verifications",
            "on_day": p.R2A_DAY,
            "recorded_at": NOW,
            "edition": "2025-07-01",
        },
    )
    common = {"case_id": case, "act_id": act, "sent_on": p.R2A_DAY}
    asked = common | {"about": "father", "abroad": False}
    return {
        "inside": tx.insert(admission.verification_request, asked | {"organisation_id": p.RESIDENCE_CELL}),
        "outside": tx.insert(admission.verification_request, asked | {"addressee": "Đảng ủy xã A, tỉnh B"}),
        "opinion": tx.insert(
            admission.opinion_request, common | {"giver": "residence", "organisation_id": p.RESIDENCE_CELL}
        ),
    }


@pytest.fixture
def store(make_store: Callable[[Registry], Store]) -> Store:
    return make_store(Registry())


def test_the_tree_of_the_database_is_the_tree_by_hand(store: Store) -> None:
    case: Any = SimpleNamespace(id=0, custodian_id=p.CELL, words={})
    with store.transaction() as tx:
        keep_province(tx)
    with store.transaction(writing=False) as tx:
        tree = tree_of(tx)
        assert tree.nodes == p.TREE.nodes
        for day in (p.R1_DAY, p.R2A_DAY, p.R2B_DAY):
            for lane in LANES:
                assert resolve(tx, case, lane, None, day) == answering(p.TREE, lane, p.CELL, day)


@pytest.mark.parametrize(
    ("lane", "row", "day", "answers"),
    [
        ("addressee", "inside", p.R2A_DAY, p.RESIDENCE_CELL),
        ("addressee", "outside", p.R2A_DAY, p.SCHOOL_COMMITTEE),
        ("addressee", "outside", p.R2B_DAY, p.SCHOOL_SUBORDINATE),
        ("opinion_giver", "opinion", p.R2A_DAY, p.RESIDENCE_CELL),
        ("party_cell", "inside", p.R2A_DAY, p.CELL),
    ],
)
def test_a_request_row_says_who_is_asked(store: Store, lane: str, row: str, day: date, answers: int) -> None:
    case: Any = SimpleNamespace(id=0, custodian_id=p.CELL, words={})
    with store.transaction() as tx:
        keep_province(tx)
        ids = keep_requests(tx)
    with store.transaction(writing=False) as tx:
        assert resolve(tx, case, lane, ids[row], day) == answers


def test_an_item_that_is_no_row_is_answered_by_the_committee(store: Store) -> None:
    case: Any = SimpleNamespace(id=0, custodian_id=p.CELL, words={})
    with store.transaction() as tx:
        keep_province(tx)
        assert resolve(tx, case, "addressee", 4711, p.R2A_DAY) == p.SCHOOL_COMMITTEE
        assert resolve(tx, case, "nobody", None, p.R2A_DAY) is None
