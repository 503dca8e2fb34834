"""The same figures for the sender, the receiver and those above; a person whom nobody helps is an alarm."""

from datetime import timedelta

from sqlalchemy import select

from engine.records import case
from tests.workflows.transfers.town import Town
from workflows import access
from workflows.access import Handover
from workflows.season import acceptance, screens
from workflows.season.acceptance import BY_SENDER, IN, OUT, OVER, Board, Season, Wanted
from workflows.season.leavers import leavers
from workflows.season.words import ACCEPTED
from workflows.transfers import verbs


def season(town: Town, who: str, **asked: object) -> Season:
    with town.store.transaction(writing=False) as tx:
        reach = screens.reach_of(tx, town.users[who], town.today)
        return Season(tx, reach, Wanted(**asked), town.today)  # type: ignore[arg-type]


def board(town: Town, who: str, **asked: object) -> Board:
    return season(town, who, **asked).board()


def filled(found: Board) -> dict[str, int]:
    return {name: count for name, count in found.whole.counts.items() if count}


def test_sender_receiver_and_province_read_the_same_figures_until_the_helper_is_there(town: Town) -> None:
    sent, handover = town.today, town.prepare(town.home)
    views = (("school1", OUT), ("province1", OVER))
    for who, side in views:
        assert filled(board(town, who, side=side)) == {"letter": 1}
    assert board(town, "home1", side=IN).groups == [], "nobody was asked yet"
    town.offer(handover)
    views += (("home1", IN),)
    for who, side in views:
        found = board(town, who, side=side)
        assert (filled(found), found.whole.since) == ({"offered": 1}, sent)
    town.today += timedelta(days=60)
    for who, side in views:
        assert filled(board(town, who, side=side)) == {"offered": 1, "overdue": 1}
    town.do_verb(verbs.accept, handover, "home1", cell_id=town.village, number="5-CV/ĐU")
    town.do_verb(verbs.arrive, handover, "home1", number="6-CV/ĐU")
    for who, side in views:
        assert filled(board(town, who, side=side)) == {"accepted": 1, "arrived": 1}
    town.today += timedelta(days=40)  # the new cell has met since
    for who, side in views:
        found = season(town, who, side=side, what="unhelped")
        assert filled(found.board()) == {"accepted": 1, "arrived": 1, "unhelped": 1}
        assert found.handovers() == [handover]
    assert season(town, "campus1", side=IN).handovers() == []


def test_a_letter_that_came_back_waits_at_the_sender_again(town: Town) -> None:
    handover = town.offered(town.campus)
    town.do_verb(verbs.return_, handover, "campus1", reason="Không học ở đây.")
    for who, side in (("cell1", OUT), ("campus1", IN)):
        assert filled(board(town, who, side=side)) == {"returned": 1}


def test_from_above_both_sides_are_summed_by_branch_and_each_drill_down_holds_what_was_counted(
    town: Town,
) -> None:
    handover = town.offered(town.village)
    [to] = board(town, "province1", side=OVER).groups
    [of] = board(town, "province1", side=OVER, by=BY_SENDER).groups
    assert (to.id, to.name, of.id) == (town.home, "Đảng ủy xã Quê", town.commune)
    assert season(town, "province1", side=OVER, group=town.home, what="offered").handovers() == [handover]
    assert season(town, "province1", side=OVER, group=town.commune).handovers() == []
    [near] = board(town, "school1", side=OUT).groups
    assert near.id == town.village, "the sender names the receiver itself"


def test_whoever_is_named_may_be_opened(town: Town) -> None:
    """The right to see a handover is asked of each that the pages list."""
    handovers = [town.offered(town.village)]
    for who in ("cell1", "school1", "commune1", "board1", "province1", "home1", "campus1", "other1"):
        with town.store.transaction(writing=False) as tx:
            reach = screens.reach_of(tx, town.users[who], town.today)
            for side in acceptance.sides_of(tx, reach, town.today):
                listed = Season(tx, reach, Wanted(side=side), town.today).handovers()
                may = access.may(tx, town.users[who], "transfer.see", Handover(handovers[0]), town.today)
                assert listed == [] or (listed == handovers and may), (who, side)
        assert bool(season(town, who, side=OVER).handovers()) == (who not in ("campus1", "other1"))


def test_an_address_outside_is_a_group_of_its_own(town: Town) -> None:
    town.prepare(None, addressee="Đảng ủy Đại học Xa")
    [only] = board(town, "cell1", side=OUT).groups
    assert (only.id, only.counts["letter"]) == (acceptance.OUTSIDE, 1)


def test_only_steps_of_the_own_desk_are_offered_for_bulk_work_and_those_it_stands_in_for(town: Town) -> None:
    handover = town.prepare(town.village)
    letter = [town.task(handover, verbs.OFFER).id]
    assert season(town, town.referring(handover), side=OUT).tasks(verbs.OFFER) == letter
    assert season(town, "cell1", side=OUT).tasks(verbs.OFFER) == []
    town.offer(handover)
    answer = [town.task(handover, verbs.ANSWER).id]
    assert season(town, "home1", side=IN).tasks(verbs.ANSWER) == answer, "the village has no account"
    assert season(town, "province1", side=OVER).tasks(verbs.ANSWER) == []


def test_who_handed_somebody_on_does_not_read_how_far_the_road_has_come_there(town: Town) -> None:
    handover = town.offered(town.home)
    town.do_verb(verbs.accept, handover, "home1", cell_id=town.village, number="5-CV/ĐU")
    with town.store.transaction() as tx:
        tx.execute(case.update().where(case.c.id == town.case_id).values(stage="committee_chain"))
    with town.store.transaction(writing=False) as tx:
        mine = screens.reach_of(tx, town.users["cell1"], town.today).mine
        [one] = leavers(tx, mine, town.today, students=[town.students[0]])
        theirs = screens.reach_of(tx, town.users["home1"], town.today).mine
        assert leavers(tx, theirs, town.today) == [], "the place of arrival is not in the school's season"
    assert (one.state, one.standing, one.variant) == (ACCEPTED, None, "a")
    assert town.rows(select(case.c.stage).where(case.c.id == town.case_id))[0].stage == "committee_chain"


def test_the_root_looks_over_all_and_a_cell_has_two_sides(town: Town) -> None:
    with town.store.transaction(writing=False) as tx:
        for who, sides in (
            ("province1", (OVER,)),
            ("commune1", (OUT, IN, OVER)),
            ("cell1", (OUT, IN)),
        ):
            reach = screens.reach_of(tx, town.users[who], town.today)
            assert tuple(acceptance.sides_of(tx, reach, town.today)) == sides
