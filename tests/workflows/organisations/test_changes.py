"""The verbs on the tree, on both databases: dated, refused in words, undone without a trace."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from engine.errors import Failure, InvalidAnswers, NotFound
from engine.registry import Registry
from engine.transactions import Store, Transaction
from workflows.organisations import queries
from workflows.organisations.changes import end, found, move, rename, succeed
from workflows.organisations.records import organisation, organisation_change, organisation_place, succession
from workflows.organisations.resolution import answering

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
START, MERGER = date(2020, 1, 1), date(2025, 7, 1)
WHO: dict[str, Any] = {"by": 1, "now": NOW}


@pytest.fixture
def store(make_store: Callable[[Registry], Store]) -> Store:
    return make_store(Registry())


def make(tx: Transaction, kind: str, name: str, parent: int | None, on: date = START, **more: Any) -> int:
    return found(tx, kind=kind, name=name, parent_id=parent, on=on, **WHO, **more)


def district(tx: Transaction) -> dict[str, int]:
    """A district with its organs, a school's committee and its cell."""
    province = make(tx, "province_committee", "Tỉnh ủy", None)
    over = make(tx, "district_committee", "Huyện ủy Lục Nam", province, decided_by="standing")
    school = make(tx, "grassroots_committee", "Đảng ủy trường", over)
    return {
        "province": province,
        "district": over,
        "board": make(tx, "party_building_board", "Ban Tổ chức Huyện ủy", over),
        "centre": make(tx, "political_centre", "Trung tâm chính trị", over),
        "school": school,
        "cell": make(tx, "party_cell", "Chi bộ trường", school),
    }


def test_a_tree_that_was_founded_reads_back(store: Store) -> None:
    with store.transaction() as tx:
        ids = district(tx)
    with store.transaction(writing=False) as tx:
        tree = queries.tree_of(tx)
        assert queries.ancestors_on(tx, ids["cell"], START) == [
            ids["school"],
            ids["district"],
            ids["province"],
        ]
        assert queries.descendants_on(tx, ids["school"], START) == [ids["cell"]]
        assert queries.chain_of(tx, ids["cell"], date(2025, 1, 6)) == (
            "three_level",
            "under_committee",
            "standing",
        )
        assert answering(tree, "party_building_board", ids["cell"], START) == ids["board"]
        rows = queries.organisations_of_kind(tx, "party_cell", START)
        assert [row.id for row in rows] == [ids["cell"]]
        assert rows[0].name_key == "chi bo truong"
        assert queries.organisations_of_kind(tx, "party_cell", date(2019, 12, 31)) == []
        assert queries.organisation_row(tx, ids["cell"]) is not None


def test_a_name_is_dated(store: Store) -> None:
    with store.transaction() as tx:
        ids = district(tx)
        rename(tx, ids["school"], "Đảng ủy  trường Lục Nam số 1", on=date(2023, 9, 1), **WHO)
        rename(tx, ids["school"], "Đảng ủy trường Đồi Ngô", on=date(2024, 9, 1), **WHO)
        names = [
            queries.name_on(tx, ids["school"], day)
            for day in (START, date(2023, 8, 31), date(2023, 9, 1), date(2024, 9, 1), date(2026, 1, 1))
        ]
        assert names == [
            "Đảng ủy trường",
            "Đảng ủy trường",
            "Đảng ủy trường Lục Nam số 1",
            "Đảng ủy trường Đồi Ngô",
            "Đảng ủy trường Đồi Ngô",
        ]
        assert queries.name_on(tx, 999, START) == ""
        with pytest.raises(InvalidAnswers) as refused:
            rename(tx, ids["school"], "Tên khác", on=date(2024, 9, 1), **WHO)
        assert "01/09/2024" in str(refused.value.fields["on"][0])


def test_a_move_changes_the_days_after_and_none_before(store: Store) -> None:
    with store.transaction() as tx:
        ids = district(tx)
        ward = make(tx, "commune_committee", "Đảng ủy phường", ids["province"], MERGER, decided_by="standing")
        move(tx, ids["school"], ward, on=MERGER, regime="two_level", **WHO)
    with store.transaction(writing=False) as tx:
        assert queries.ancestors_on(tx, ids["cell"], date(2025, 6, 30))[1] == ids["district"]
        assert queries.ancestors_on(tx, ids["cell"], MERGER)[1] == ward
        assert queries.chain_of(tx, ids["cell"], MERGER).place == "under_committee"


def test_a_second_move_on_the_same_day_replaces_the_first(store: Store) -> None:
    with store.transaction() as tx:
        ids = district(tx)
        one = make(tx, "commune_committee", "Đảng ủy xã Một", ids["province"], MERGER)
        other = make(tx, "commune_committee", "Đảng ủy xã Hai", ids["province"], MERGER)
        move(tx, ids["school"], one, on=MERGER, **WHO)
        move(tx, ids["school"], other, on=MERGER, **WHO)
        assert queries.tree_of(tx).parent_on(ids["school"], MERGER) == other
        places = tx.execute(
            select(organisation_place).where(organisation_place.c.organisation_id == ids["school"])
        ).all()
        assert len(places) == 2


def test_power_is_dated_like_the_place(store: Store) -> None:
    with store.transaction() as tx:
        ids = district(tx)
        move(tx, ids["school"], ids["district"], on=date(2023, 1, 2), decided_by="plenum", **WHO)
        assert queries.chain_of(tx, ids["cell"], date(2022, 12, 30)) == (
            "three_level",
            "under_committee",
            "standing",
        )
        assert queries.chain_of(tx, ids["cell"], date(2023, 1, 2)) == ("three_level", "base_cell", "plenum")


def test_the_end_of_the_district_hands_everything_to_the_successor(store: Store) -> None:
    with store.transaction() as tx:
        ids = district(tx)
        ward = make(tx, "commune_committee", "Đảng ủy phường", ids["province"], MERGER, decided_by="standing")
        board = make(tx, "party_building_board", "Ban Xây dựng Đảng", ward, MERGER)
        succeed(tx, ids["district"], [ward], on=MERGER, **WHO)
    with store.transaction(writing=False) as tx:
        tree = queries.tree_of(tx)
        last_day = date(2025, 6, 30)
        assert tree.nodes[ids["district"]].valid_to == MERGER
        assert tree.ancestors_on(ids["cell"], last_day)[1] == ids["district"]
        assert tree.ancestors_on(ids["cell"], MERGER)[1] == ward
        assert tree.children_on(ids["district"], MERGER) == []
        assert tree.standing(ids["district"], MERGER) == ward
        assert tree.standing(ids["board"], MERGER) == board, "the organ follows the organ"
        assert tree.standing(ids["centre"], MERGER) == ward, "no centre there: the committee inherits"
        for lane, before, after in (
            ("deciding_committee", ids["district"], ward),
            ("party_building_board", ids["board"], board),
            ("political_centre", ids["centre"], ward),
        ):
            assert answering(tree, lane, ids["cell"], last_day) == before
            assert answering(tree, lane, ids["cell"], MERGER) == after


def test_several_successors_keep_their_order(store: Store) -> None:
    with store.transaction() as tx:
        ids = district(tx)
        wards = [
            make(tx, "commune_committee", f"Đảng ủy xã {n}", ids["province"], MERGER) for n in ("B", "A", "C")
        ]
        succeed(tx, ids["district"], wards, on=MERGER, **WHO)
        assert queries.tree_of(tx).successors_of(ids["district"]) == wards
        rows = tx.execute(select(succession.c.rank).order_by(succession.c.rank)).scalars().all()
        assert rows == [1, 2, 3]


def lone(tx: Transaction) -> int:
    return make(tx, "province_committee", "Tỉnh ủy khác", None)


def ended(tx: Transaction, organisation_id: int) -> None:
    """Ended once, it cannot be ended earlier."""
    end(tx, organisation_id, on=MERGER, **WHO)
    end(tx, organisation_id, on=date(2024, 1, 1), **WHO)


def by_its_board(tx: Transaction, ids: dict[str, int]) -> None:
    succeed(tx, ids["district"], [ids["board"]], on=MERGER, **WHO)


def under_an_end(tx: Transaction, ids: dict[str, int]) -> None:
    """Whoever came under it would outlive it."""
    end(tx, ids["board"], on=MERGER, **WHO)
    make(tx, "party_cell", "Chi bộ ban", ids["board"])


EARLY = date(2019, 1, 1)
REFUSALS: list[tuple[str, Callable[[Transaction, dict[str, int]], object], str]] = [
    ("an unknown kind", lambda tx, ids: make(tx, "club", "X", None), "kind"),
    ("no name", lambda tx, ids: make(tx, "party_cell", "  ", ids["school"]), "name"),
    ("a wrong code", lambda tx, ids: make(tx, "party_cell", "X", ids["school"], code14="12"), "code14"),
    ("a parent not yet there", lambda tx, ids: make(tx, "party_cell", "X", ids["school"], EARLY), "on"),
    ("under itself", lambda tx, ids: move(tx, ids["school"], ids["school"], on=MERGER, **WHO), "parent_id"),
    ("under its cell", lambda tx, ids: move(tx, ids["school"], ids["cell"], on=MERGER, **WHO), "parent_id"),
    ("before its start", lambda tx, ids: move(tx, ids["cell"], ids["school"], on=EARLY, **WHO), "on"),
    ("with others under it", lambda tx, ids: end(tx, ids["school"], on=MERGER, **WHO), "organisation_id"),
    ("on its first day", lambda tx, ids: end(tx, ids["cell"], on=START, **WHO), "on"),
    ("a root, nobody follows", lambda tx, ids: end(tx, lone(tx), on=MERGER, **WHO), "organisation_id"),
    ("ended before", lambda tx, ids: ended(tx, ids["cell"]), "on"),
    ("under one that ends", lambda tx, ids: under_an_end(tx, ids), "parent_id"),
    ("nobody follows", lambda tx, ids: succeed(tx, ids["cell"], [], on=MERGER, **WHO), "successor_ids"),
    ("by its own board", lambda tx, ids: by_its_board(tx, ids), "successor_ids"),
    ("itself", lambda tx, ids: succeed(tx, ids["cell"], [ids["cell"]], on=MERGER, **WHO), "successor_ids"),
    ("twice", lambda tx, ids: succeed(tx, ids["cell"], [ids["board"]] * 2, on=EARLY, **WHO), "successor_ids"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "attempt", "field"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_what_makes_no_sense_is_refused_in_words(
    store: Store, why: str, attempt: Callable[[Transaction, dict[str, int]], object], field: str
) -> None:
    with store.transaction() as tx:
        ids = district(tx)
    with store.transaction() as tx, pytest.raises(InvalidAnswers) as refused:
        attempt(tx, ids)
    assert field in refused.value.fields, why
    assert str(refused.value.fields[field][0])


def test_an_organisation_that_is_not_there_is_not_found(store: Store) -> None:
    with store.transaction() as tx, pytest.raises(NotFound):
        rename(tx, 12345, "X", on=MERGER, **WHO)


def test_an_ended_organisation_takes_no_more_changes(store: Store) -> None:
    with store.transaction() as tx:
        ids = district(tx)
        end(tx, ids["cell"], on=MERGER, **WHO)
        with pytest.raises(InvalidAnswers):
            move(tx, ids["cell"], ids["school"], on=MERGER, **WHO)
        rename(tx, ids["cell"], "Chi bộ cũ", on=date(2022, 1, 1), **WHO)  # a day on which it was there


def test_a_change_that_is_undone_leaves_the_tree_as_it_was(store: Store) -> None:
    with store.transaction() as tx:
        ids = district(tx)
    with pytest.raises(RuntimeError), store.transaction() as tx:
        end(tx, ids["cell"], on=MERGER, **WHO)
        assert queries.tree_of(tx).children_on(ids["school"], MERGER) == []
        raise RuntimeError
    with store.transaction(writing=False) as tx:
        assert queries.tree_of(tx).children_on(ids["school"], MERGER) == [ids["cell"]]


def test_every_change_is_written_down_with_its_author(store: Store) -> None:
    with store.transaction() as tx:
        ids = district(tx)
        rename(tx, ids["cell"], "Chi bộ học sinh", on=MERGER, **WHO)
        end(tx, ids["cell"], on=date(2026, 1, 1), **WHO)
        rows = tx.execute(
            select(organisation_change.c.verb, organisation_change.c.on_day, organisation_change.c.by_user)
            .where(organisation_change.c.organisation_id == ids["cell"])
            .order_by(organisation_change.c.id)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("found", START, 1),
        ("rename", MERGER, 1),
        ("end", date(2026, 1, 1), 1),
    ]


def test_the_tree_is_read_again_only_after_a_change(store: Store) -> None:
    with store.transaction() as tx:
        ids = district(tx)
    with store.transaction(writing=False) as tx:
        first = queries.tree_of(tx)
        assert queries.tree_of(tx) is first
    with store.transaction(writing=False) as tx:
        assert queries.tree_of(tx) is first
    with store.transaction() as tx:
        make(tx, "party_cell", "Chi bộ mới", ids["school"])
    with store.transaction(writing=False) as tx:
        assert queries.tree_of(tx) is not first


@pytest.mark.parametrize(
    "row",
    [
        {"kind": "club", "name": "X", "name_key": "x", "valid_from": START},
        {"kind": "party_cell", "name": "X", "name_key": "x", "valid_from": START, "valid_to": START},
    ],
)
def test_the_database_itself_refuses_a_row_that_cannot_be(store: Store, row: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), store.transaction() as tx:
        tx.execute(insert(organisation).values(row))


def test_two_standing_organisations_never_share_a_code(store: Store) -> None:
    code = "24.001.002.000.005"
    with store.transaction() as tx:
        province = make(tx, "province_committee", "Tỉnh ủy", None)
        first = make(tx, "party_cell", "Chi bộ 1", province, code14=code.replace(".", ""))
        end(tx, first, on=MERGER, **WHO)
        make(tx, "party_cell", "Chi bộ 2", None, MERGER, code14=code)
    with pytest.raises(Failure), store.transaction() as tx:
        make(tx, "party_cell", "Chi bộ 3", None, MERGER, code14=code)


def test_a_cell_that_succeeds_its_committee_takes_the_place_above(store: Store) -> None:
    with store.transaction() as tx:
        ids = district(tx)
        other = make(tx, "party_cell", "Chi bộ hai", ids["school"])
        succeed(tx, ids["school"], [ids["cell"]], on=MERGER, **WHO)
        tree = queries.tree_of(tx)
        assert tree.parent_on(ids["cell"], MERGER) == ids["district"]
        assert tree.parent_on(other, MERGER) == ids["cell"]
        assert tree.standing(ids["school"], MERGER) == ids["cell"]
        assert queries.chain_of(tx, ids["cell"], MERGER).place == "base_cell"


def test_a_board_that_succeeds_the_board_above_it_lasts(store: Store) -> None:
    with store.transaction() as tx:
        ids = district(tx)
        inner = make(tx, "party_building_board", "Ban Tổ chức, bộ phận xã", ids["board"])
        succeed(tx, ids["board"], [inner], on=MERGER, **WHO)
        tree = queries.tree_of(tx)
        assert tree.parent_on(inner, MERGER) == ids["district"]
        assert tree.standing(ids["board"], MERGER) == inner
