"""A workbook carried out: all of it or nothing, once, and what is there already is known again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import pytest
from sqlalchemy import func, select, text, update

from engine import journal
from engine.errors import Conflict
from engine.records import metadata
from engine.transactions import Store
from tests.workflows.founding.books import PROVINCE, Row, book, example
from tests.workflows.founding.conftest import NOW, TODAY
from tests.workflows.founding.test_planning import reasons
from workflows.founding import taking
from workflows.founding.planning import Plan, kept_in_words
from workflows.founding.reading import read
from workflows.founding.sheets import ACCOUNTS, MEMBERS, ORGANISATIONS, SCHOOLS
from workflows.organisations.changes import end, move, rename
from workflows.organisations.queries import chain_of, tree_of
from workflows.organisations.records import commune, institution, organisation
from workflows.people.members import place_member, roll_on
from workflows.people.records import member, position, user_account
from workflows.people.users import end_position, holders_on

Run = Callable[[Mapping[str, Sequence[Row]]], Plan]


def everything(store: Store) -> dict[str, int]:
    """How many rows every table has."""
    with store.transaction(writing=False) as tx:
        return {
            name: tx.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


def ids(store: Store) -> dict[str, int]:
    with store.transaction(writing=False) as tx:
        return {row.name: row.id for row in tx.execute(select(organisation))}


def test_the_example_becomes_a_province_that_can_work(taken: Run, store: Store) -> None:
    assert taken(example()).clean
    known = ids(store)
    cell, union = known["Chi bộ 1"], known["Đoàn Trường THPT Ví dụ Một"]
    with store.transaction(writing=False) as tx:
        assert chain_of(tx, cell, TODAY)[1:] == ("under_committee", "standing")
        assert chain_of(tx, known["Chi bộ Trường THPT Ví dụ Hai"], TODAY)[1:] == ("base_cell", "standing")
        tree = tree_of(tx)
        assert tree.parent_on(cell, date(2025, 7, 1)) == known["Đảng ủy Trường THPT Ví dụ Một"]
        school = tree.school_of(cell, tree.ancestors_on(cell, TODAY), TODAY)
        assert school is not None and school.union_organisation_id == union
        assert [line.name for line in roll_on(tx, cell, TODAY).official] == [
            "Nguyễn Thị Ví Dụ",
            "Trần Văn Ví Dụ",
        ]
        assert len(roll_on(tx, known["Chi bộ Trường THPT Ví dụ Hai"], TODAY).probationary) == 1
        assert [held.position for held in holders_on(tx, cell, TODAY)] == [
            "secretary",
            "deputy_secretary",
            "helper",
        ]
        assert [held.position for held in holders_on(tx, union, TODAY)] == ["union_secretary"]
        schools = {row.name: row.commune_code for row in tx.execute(select(institution))}
        assert set(schools.values()) == {"07210"} and len(schools) == 2
        assert tx.execute(select(func.count()).select_from(commune)).scalar() == 99
        accounts = {row.username: row for row in tx.execute(select(user_account))}
        assert accounts["vidu1.bithu"].password == "hash of vidu1.bithu"
        names = {row.id: row.given_name for row in tx.execute(select(member))}
        assert names[accounts["vidu1.giupdo"].member_id] == "Dụ"
        assert accounts["vidu2.bithu"].member_id is None


def test_the_same_workbook_again_changes_nothing(taken: Run, store: Store) -> None:
    taken(example())
    before = everything(store)
    again = taken(example())
    assert {status for counts in again.counts.values() for status, n in counts.items() if n} == {"same"}
    assert everything(store) == before


def test_rows_that_come_later_are_added_alone(taken: Run, store: Store) -> None:
    taken(example())
    before = everything(store)
    later: dict[str, list[Row]] = {
        ORGANISATIONS: [
            {
                "name": "Chi bộ 2",
                "kind": "Chi bộ",
                "parent": "Đảng ủy Trường THPT Ví dụ Một",
                "since": "01/09/2026",
            }
        ],
        MEMBERS: [{"name": "Bùi Văn Sau", "cell": "Chi bộ 2", "status": "CT"}],
        ACCOUNTS: [
            {
                "username": "vidu1.bithu",
                "name": "NGUYỄN Thị Ví Dụ",
                "position": "Chi ủy viên",
                "organisation": "Chi bộ 2",
                "since": "01/09/2026",
            }
        ],
    }
    assert taken(later).clean
    after = everything(store)
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert grown == {
        "organisation": 1,
        "organisation_place": 1,
        "organisation_change": 1,
        "member": 1,
        "member_place": 1,
        "position": 1,  # the account was there: no new one, and nobody's password changed
        "journal": 3,
    }
    with store.transaction(writing=False) as tx:
        password = select(user_account.c.password).where(user_account.c.username == "vidu1.bithu")
        assert tx.execute(password).scalar() == "hash of vidu1.bithu"


def test_one_fault_anywhere_keeps_everything_out(taken: Run, store: Store) -> None:
    rows = example()
    rows[ACCOUNTS][-1]["organisation"] = "Không có"
    assert not taken(rows).clean
    assert not any(everything(store).values())


def test_what_was_changed_in_the_program_since_is_known_again_and_stays(taken: Run, store: Store) -> None:
    rows = example()
    rows[ORGANISATIONS][7]["code14"] = "24.001.002.000.000"
    taken(rows)
    known = ids(store)
    with store.transaction() as tx:
        day = date(2026, 1, 1)
        rename(tx, known["Chi bộ 1"], "Chi bộ Khối 10", on=day, by=None, now=NOW)
        moved = known["Chi bộ Trường THPT Ví dụ Hai"]
        move(tx, moved, known["Đảng ủy Trường THPT Ví dụ Một"], on=day, by=None, now=NOW)
        end(tx, known["Trung tâm chính trị phường Bắc Giang"], on=day, by=None, now=NOW)
        who = tx.execute(select(member.c.id).where(member.c.given_name == "Dụ")).scalars().first()
        assert who is not None
        place_member(tx, who, cell_id=moved, status="away", since=day)
        held = tx.execute(select(position.c.id).where(position.c.position == "helper")).scalar_one()
        end_position(tx, held, on=day)
    before = everything(store)
    again = taken(rows)
    assert reasons(again) == []
    assert everything(store) == before
    assert [(line.sheet, line.number, kept_in_words(line)) for line in again.of("kept")] == [
        (ORGANISATIONS, 5, "đã kết thúc"),
        (ORGANISATIONS, 7, "Tên tổ chức"),
        (ORGANISATIONS, 9, "Trực thuộc"),
        (MEMBERS, 2, "Tình trạng, Chi bộ"),
        (ACCOUNTS, 4, "Chức vụ"),
    ]


def test_what_has_ended_may_be_founded_again_from_a_later_day(taken: Run, store: Store) -> None:
    taken(example())
    old = ids(store)["Trung tâm chính trị phường Bắc Giang"]
    with store.transaction() as tx:
        end(tx, old, on=date(2026, 1, 1), by=None, now=NOW)
    rows = example()
    rows[ORGANISATIONS][3]["since"] = "01/06/2026"
    assert taken(rows).counts[ORGANISATIONS]["new"] == 1
    assert taken(rows).counts[ORGANISATIONS]["new"] == 0
    assert ids(store)["Trung tâm chính trị phường Bắc Giang"] != old
    assert taken(example()).clean  # the row of old means the one that stands


@pytest.mark.parametrize(
    ("sheet", "row", "change", "why"),
    [
        (ORGANISATIONS, 0, {"name": "Tỉnh ủy Khác", "code14": ""}, "mỗi hệ thống một tỉnh"),
        (ORGANISATIONS, 6, {"code14": "24.001.000.000.000"}, "Mã này đang là của “Tỉnh ủy Bắc Ninh”"),
        (ORGANISATIONS, 1, {"name": "Đảng ủy khác", "code14": "24.003.000.000.000"}, "Mã này đang là của"),
        (ORGANISATIONS, 0, {"code14": "24.002.000.000.000"}, "đã có mã 24.001.000.000.000"),
        (ORGANISATIONS, 5, {"kind": "Đảng ủy bộ phận"}, "đã có với loại “Chi bộ”"),
        (ACCOUNTS, 4, {"name": "Người Khác Hẳn"}, "đã có người khác dùng"),
    ],
    ids=["province", "code of another", "code of another name", "another code", "another kind", "user name"],
)
def test_what_contradicts_the_stored_is_refused(
    taken: Run, planned: Run, sheet: str, row: int, change: Row, why: str
) -> None:
    rows = example()
    rows[ORGANISATIONS][0]["code14"] = "24.001.000.000.000"
    rows[ORGANISATIONS][1]["code14"] = "24.003.000.000.000"
    taken(rows)
    rows[sheet][row] |= change
    assert any(why in reason for reason in reasons(planned(rows))), reasons(planned(rows))


def test_what_is_new_does_not_join_what_has_ended(taken: Run, planned: Run, store: Store) -> None:
    rows = example()
    taken({**rows, SCHOOLS: rows[SCHOOLS][:1], ACCOUNTS: rows[ACCOUNTS][:3]})
    with store.transaction() as tx:
        end(tx, ids(store)["Đoàn Trường THPT Ví dụ Hai"], on=date(2026, 1, 1), by=None, now=NOW)
        end(tx, ids(store)["Đoàn Trường THPT Ví dụ Một"], on=date(2026, 1, 1), by=None, now=NOW)
    found = planned(rows)
    assert [
        (line.sheet, line.number, [fault.field for fault in line.faults]) for line in found.of("error")
    ] == [
        (SCHOOLS, 3, ["union"]),
        (ACCOUNTS, 5, ["organisation"]),
    ]


def test_schools_are_known_by_name_and_commune(taken: Run, planned: Run) -> None:
    taken(example())
    rows = example()
    rows[SCHOOLS][0] |= {"kind": "GDTX", "union": ""}
    rows[SCHOOLS][1] |= {"commune": "Phường Đa Mai"}
    found = planned(rows)
    assert [line.status for line in found.lines[SCHOOLS]] == ["kept", "new"]
    assert found.lines[SCHOOLS][0].differs == ["kind", "union"]


def test_the_journal_says_what_was_founded_and_names_nobody(taken: Run, store: Store) -> None:
    taken(example())
    with store.transaction(writing=False) as tx:
        entries = journal.entries(tx, None)
    assert [entry.kind for entry in entries] == [
        "organisations_founded",
        "schools_founded",
        "members_founded",
        "accounts_founded",
        "communes_kept",
    ]
    accounts = entries[3]
    assert accounts.facts["new"] == 7 and len(accounts.facts["ids"]) == 6
    assert len(accounts.facts["workbook"]) == 64  # the digest of the file, not its name
    written = str([entry.facts for entry in entries])
    assert not any(word in written for word in ("Ví", "vidu", "hash", "Chi bộ"))


def test_whoever_brings_in_rows_later_stands_in_the_journal(store: Store) -> None:
    rows = {ORGANISATIONS: example()[ORGANISATIONS]}
    with store.transaction() as tx:
        taking.take_over(tx, read(book(rows)), PROVINCE, [], on=TODAY, now=NOW, by=7)
        assert {entry.by for entry in journal.entries(tx, None)} == {7}


def test_without_a_password_for_a_new_account_nothing_is_founded(store: Store) -> None:
    with pytest.raises(Conflict, match="chưa ghi gì"), store.transaction() as tx:
        taking.take_over(tx, read(book(example())), PROVINCE, [], on=TODAY, now=NOW)
    assert not any(everything(store).values())


def test_a_refusal_of_a_verb_names_the_row_and_undoes_all(
    taken: Run, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "add_position", lambda *_given, **_more: taking.add_user(_given[0], "?", "?"))
    with pytest.raises(Conflict, match="Trang “Tài khoản”, dòng 2: Tên đăng nhập cần"):
        taken(example())
    assert not any(everything(store).values())


def test_a_second_founding_waits_for_the_first_on_postgresql(taken: Run, store: Store) -> None:
    if store.engine.dialect.name != "postgresql":
        return  # an embedded database has one writer at a time
    rows = {ORGANISATIONS: example()[ORGANISATIONS]}
    taken(rows)
    with store.transaction() as tx:  # nothing is new, so only the lock itself can keep another out
        taking.take_over(tx, read(book(rows)), PROVINCE, [], on=TODAY, now=NOW)
        with store.engine.connect() as other:
            other.execute(text("SET lock_timeout = '200ms'"))
            with pytest.raises(Exception, match="lock timeout"):
                other.execute(text("LOCK TABLE organisation IN SHARE ROW EXCLUSIVE MODE"))


def test_superiors_are_founded_first_whatever_the_order_of_rows(taken: Run, store: Store) -> None:
    taken({key: rows[::-1] for key, rows in example().items()})
    before = everything(store)
    assert taken(example()).of("new") == []
    assert everything(store) == before


def test_a_member_gets_known_by_cell_when_the_birth_date_comes_later(taken: Run, planned: Run) -> None:
    taken(example())
    rows = example()
    rows[MEMBERS][2]["birth_date"] = "07/08/1999"
    line = planned(rows).lines[MEMBERS][2]
    assert (line.status, line.differs) == ("kept", ["birth_date"])
    rows[MEMBERS][0]["birth_date"] = "02/03/1981"  # another birth date, another person
    assert planned(rows).lines[MEMBERS][0].status == "new"


def test_an_account_belongs_to_the_member_of_its_own_cell(taken: Run, planned: Run, store: Store) -> None:
    rows = example()
    rows[MEMBERS].append({"name": "Nguyễn Thị Ví Dụ", "cell": "T2CB", "status": "CT"})
    found = planned(rows)
    assert found.clean
    person = found.accounts.seats[0].person
    assert person is not None and person.line is found.lines[MEMBERS][0]
    taken(rows)
    person = planned(rows).accounts.seats[0].person
    assert person is not None and person.born == date(1980, 3, 2)
    rows[ACCOUNTS][2] |= {"position": "Chi ủy viên", "member": "Không"}
    assert any("ô đảng viên khác nhau" in reason for reason in reasons(planned(rows)))


def test_who_left_a_position_may_take_it_again_but_not_on_a_locked_account(
    taken: Run, planned: Run, store: Store
) -> None:
    taken(example())
    with store.transaction() as tx:
        held = tx.execute(select(position.c.id).where(position.c.position == "helper")).scalar_one()
        end_position(tx, held, on=date(2026, 1, 1))
    rows = example()
    rows[ACCOUNTS][2]["since"] = "01/06/2026"
    assert [line.number for line in planned(rows).of("new")] == [4]
    with store.transaction() as tx:
        tx.execute(update(user_account).values(active=False))
    assert ["Tài khoản này đã khóa" in reason for reason in reasons(planned(rows))] == [True]


def test_the_secretary_of_a_union_is_a_union_secretary(taken: Run, planned: Run) -> None:
    rows = example()
    rows[ACCOUNTS][3]["position"] = "Bí thư"
    assert taken(rows).clean
    assert planned(example()).of("new") == []
