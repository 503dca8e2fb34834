"""Why somebody sees a thing and why somebody cannot act on it, said in words."""

from datetime import timedelta

import pytest

from engine.transactions import Store
from tests.workflows.builders import World, build
from workflows.access import PERMISSIONS, Case, Task
from workflows.access.permissions import PERSONAL, RELATIONS
from workflows.access.reasons import HIDDEN, why_not, why_seen
from workflows.access.right_words import PERMISSION_WORDS, RELATION_WORDS
from workflows.people.users import add_position, add_user, positions_on


@pytest.fixture
def world(store: Store) -> World:
    return build(store)


def test_every_permission_and_every_relation_has_words() -> None:
    assert set(PERMISSIONS) - set(PERMISSION_WORDS) == set()
    assert {*RELATIONS, *PERSONAL} - set(RELATION_WORDS) == set()
    assert all("" in words for words in RELATION_WORDS.values())


def test_each_says_its_own_reason_and_who_may_instead(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "cell_recognition")
    case, task = Case(case_id), Task(world.task(case_id, "cell_recognition").id)
    with world.store.transaction() as tx:
        deputy = add_user(tx, "deputy", "Trần Văn Thay")
        held = positions_on(tx, world.users["cell1"], world.today)[0]
        until = world.today + timedelta(days=9)
        add_position(
            tx, deputy, world.cell, "secretary", since=world.today, until=until, deputises_id=held.id
        )

    def seen(who: int, permission: str, thing: Case | Task) -> str:
        with world.store.transaction(writing=False) as tx:
            return " ".join(map(str, why_seen(tx, who, permission, thing, world.today)))

    def refused(who: str, permission: str, thing: Case | Task) -> str:
        with world.store.transaction(writing=False) as tx:
            return " ".join(map(str, why_not(tx, world.users[who], permission, thing, world.today)))

    own = seen(world.users["cell1"], "case.see", case)
    assert own.startswith("Đồng chí là Bí thư, Chi bộ 1. Chi bộ 1 đang quản lý hồ sơ này.")
    assert "tính theo ngày" in own
    above = seen(world.users["board1"], "case.see", case)
    assert "Ban Xây dựng Đảng phường Thử Nghiệm là cơ quan cấp trên của Chi bộ 1" in above
    assert "nơi phải làm bước này" in seen(world.users["cell1"], "task.complete", task)
    assert "làm thay cell 1 (Bí thư, Chi bộ 1)" in seen(deputy, "task.complete", task)
    assert seen(world.users["other1"], "case.see", case) == ""

    beside = refused("union1", "case.interrupt", case)
    assert "tổ chức của trường" in beside and "không do nơi ấy làm" in beside
    assert "của Chi bộ 1" in beside
    assert "của Đảng ủy phường Thử Nghiệm" in refused("cell1", "case.extend", case)
    assert "Bí thư, Phó bí thư" in refused("commune1", "task.complete", task)
    assert refused("cell1", "task.complete", task) == ""
    # of what one may not know nothing is told, and absent looks the same
    assert refused("other1", "case.see", case) == str(HIDDEN) == refused("other1", "case.see", Case(98765))
