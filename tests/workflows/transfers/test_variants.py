"""Each form of handing over, by where the person stands and how far the move goes (regulations §3)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.clocks import open_clocks
from engine.errors import InvalidAnswers, NotLawful
from engine.records import document, outbox
from tests.workflows.transfers.town import Town
from workflows.admission import granting
from workflows.admission.recalculation import recalculate
from workflows.people.members import place_of
from workflows.reminders.raising import remind
from workflows.rules.ages import add_months
from workflows.transfers import custody, preview, verbs
from workflows.transfers.records import handover_offer
from workflows.transfers.standing import member_with

At = Callable[[str], Town]

# stop, receiver, term → form, who writes the letter, type of the letter, where the road goes on (if it does)
FORMS = [
    ("new", "village", "a", "school", "under_consideration_certificate", "union_nomination"),
    ("helped", "village", "a", "school", "under_consideration_certificate", "candidacy"),
    ("helped", "other_cell", "a", "school", "under_consideration_certificate", "candidacy"),
    ("filed", "campus", "a", "school", "under_consideration_certificate", "candidacy"),
    ("voted", "village", "b1", "school", "candidate_letter_proposed", "candidacy"),
    ("submitted", "home", "b2", "commune", "candidate_letter_submitted", "candidacy"),
    ("submitted", "other_cell", "b2_within", "commune", "candidate_letter_submitted", "decision"),
    ("decided", "home", "c", "commune", "candidate_letter_leaving_commune", "ceremony"),
    ("decided", "other_cell", "c_within", "commune", "candidate_letter_decided", "ceremony"),
    ("probationary", "other_cell", "internal", "school", "internal_transfer_letter", "probation"),
    ("probationary", "village", "formal", "commune", "formal_transfer_letter", "probation"),
    # since QĐ 208 the commune's is the grassroots organisation, and the province stands right above it
    ("official", "village", "formal", "province", "formal_transfer_letter", None),
    ("official", "other_cell", "internal", "commune", "internal_transfer_letter", None),
]


@pytest.mark.parametrize(("stop", "to", "variant", "sender", "letter", "goes_on_at"), FORMS)
def test_the_form_of_a_handover_its_letter_and_where_the_road_goes_on(
    at: At, stop: str, to: str, variant: str, sender: str, letter: str, goes_on_at: str | None
) -> None:
    town = at(stop)
    receiver = getattr(town, to)
    handover = town.prepare(receiver)
    task = town.task(handover, "offer_handover")
    assert (town.case(handover).words["variant"], task.organisation_id) == (variant, getattr(town, sender))
    with town.store.transaction(writing=False) as tx:
        seen = preview.preview(tx, handover, town.case(handover), town.today)
    assert (seen.variant, seen.sender_id, seen.goes_on_at) == (variant, getattr(town, sender), goes_on_at)
    town.offer(handover)
    assert letter in {row.type for row in town.rows(select(document.c.type))}
    who = {"village": "home1", "campus": "campus1", "home": "home1", "other_cell": "other1"}[to]
    cell = {"home": town.village, "campus": town.faculty}.get(to, receiver)
    more = {"number": "3-CV/CB"} if to == "village" else {}  # typed by the superior: the cell has no account
    town.do_verb(verbs.accept, handover, who, cell_id=cell, **more)
    with town.store.transaction(writing=False) as tx:
        assert custody.last_step(tx, town.students[0]).organisation_id == cell
    assert town.case(handover).custodian_id == cell
    assert town.task(handover, "confirm_arrival").organisation_id == cell
    if goes_on_at is not None:
        assert (town.case(town.case_id).stage, town.case(town.case_id).custodian_id) == (goes_on_at, cell)
    if stop in ("probationary", "official"):
        with town.store.transaction(writing=False) as tx:
            found = member_with(tx, town.students[0])
            assert found is not None and place_of(tx, found, town.today) == (cell, stop)


def test_a_temporary_transfer_leaves_the_member_on_the_roll_and_brings_him_back(at: At) -> None:
    town = at("official")
    until = town.today + timedelta(days=120)
    handover = town.offered(town.village, term="temporary", until_on=until.isoformat())
    assert town.case(handover).words["variant"] == "temporary"
    with town.store.transaction(writing=False) as tx:
        seen = preview.preview(tx, handover, town.case(handover), town.today)
    assert seen.goes_on_at is None and "Nơi gửi vẫn giữ" in str(seen.carried[0].text)
    town.do_verb(verbs.accept, handover, "home1", number="3-CV/CB")
    with town.store.transaction(writing=False) as tx:
        found = member_with(tx, town.students[0])
        assert found is not None and place_of(tx, found, town.today) == (town.cell, "away")
        assert custody.last_step(tx, town.students[0]).organisation_id == town.cell
    town.pass_days(1)
    town.do_verb(verbs.arrive, handover, "cell1")
    assert town.task(handover, "record_return").due_on == until
    town.pass_days(until.toordinal() - town.today.toordinal() - 7)
    remind(town.store, town.now())
    told = town.rows(select(outbox).where(outbox.c.kind == "due_before"))
    assert [(row.facts["name"], row.facts["days"]) for row in told] == [("handover_return", 7)]
    with town.store.transaction() as tx:
        moved = recalculate(tx, [handover], on=town.today, now=town.now(), why="calendar")
        assert moved == [] and granting.grantable(tx, handover) == [], "the day of the letter, no rule's"
    town.do_verb(verbs.come_back, handover, "cell1", late_reason="Báo sau")
    with town.store.transaction(writing=False) as tx:
        assert place_of(tx, found, town.today) == (town.cell, "official")
    assert town.case(handover).closed_as == "handover_closed"


@pytest.mark.parametrize(
    ("why", "days"),
    [("work", 80), ("work", 366), ("study", 80), ("study", 740)],
    ids=["too short", "too long", "too short a study", "too long a study"],
)
def test_a_temporary_transfer_lasts_as_long_as_the_rules_say(at: At, why: str, days: int) -> None:
    town = at("official")
    until = (town.today + timedelta(days=days)).isoformat()
    with pytest.raises(InvalidAnswers) as refused:
        town.prepare(town.village, term="temporary", until_on=until, moved_because=why)
    assert set(refused.value.fields) == {"until_on"}


def test_who_studies_elsewhere_and_comes_back_may_be_away_for_two_years(at: At) -> None:
    town = at("official")
    until = add_months(town.today, 24).isoformat()
    handover = town.prepare(town.village, term="temporary", until_on=until, moved_because="study")
    assert town.case(handover).words["variant"] == "temporary"


def test_a_candidate_never_goes_for_a_time(at: At) -> None:
    town = at("helped")
    with pytest.raises(InvalidAnswers) as refused:
        until = (town.today + timedelta(days=100)).isoformat()
        town.prepare(town.village, term="temporary", until_on=until)
    assert set(refused.value.fields) == {"term"}


def test_members_have_the_days_of_the_law_and_candidates_local_ones(at: At) -> None:
    for stop, letter, answer in (
        ("helped", "candidate_letter", "candidate_acknowledge"),
        ("official", "member_transfer_start", "member_transfer_present"),
    ):
        town = at(stop)
        handover = town.prepare(town.village)
        with town.store.transaction(writing=False) as tx:
            (running,) = open_clocks(tx, handover)
        assert (running.rule, running.started_on) == (letter, town.today)
        assert town.task(handover, "offer_handover").due_on == running.due_on
        town.offer(handover)
        with town.store.transaction(writing=False) as tx:
            (running,) = open_clocks(tx, handover)
        assert running.rule == answer
        assert town.task(handover, "answer_handover").due_on == running.due_on
        town.store.engine.dispose()


def test_who_is_admitted_while_the_letter_is_under_way_is_offered_anew_as_a_member(at: At) -> None:
    """A candidate's letter does not carry a member; nothing is lost, the sender answers until then."""
    town = at("decided")
    handover = town.offered(town.other_cell)
    town.do(town.case_id, "admission_ceremony")
    with pytest.raises(NotLawful) as refused:
        town.do_verb(verbs.accept, handover, "other1")
    assert refused.value.unmet[0].condition == "transfer_standing"
    town.do_verb(verbs.recall, handover, "commune1", reason="Đã kết nạp")
    assert town.prepare(town.other_cell) == handover
    assert town.case(handover).words["variant"] == "internal"


def test_who_is_referred_with_the_decision_has_the_ceremony_at_the_new_place_only(at: At) -> None:
    town = at("decided")
    handover = town.offered(town.home)
    with pytest.raises(NotLawful) as refused:
        town.do(town.case_id, "admission_ceremony")
    assert refused.value.unmet[0].condition == "not_referred"
    town.do_verb(verbs.recall, handover, "commune1", reason="Làm lễ ở trường trước")
    town.do(town.case_id, "admission_ceremony")


def test_what_is_repeated_and_what_goes_on_is_shown_before_anybody_agrees(at: At) -> None:
    town = at("filed")
    handover = town.offered(town.home)
    with town.store.transaction(writing=False) as tx:
        seen = preview.preview(tx, handover, town.case(handover), town.today)
    fates = {line.thing: line.fate for line in seen.carried}
    assert fates["Giấy chứng nhận lớp nhận thức về Đảng"] == preview.KEPT
    assert fates["Hồ sơ, lý lịch đã kết luận"] == preview.KEPT
    assert fates["Ý kiến nhận xét của nơi cư trú, đoàn thể"] == preview.AGAIN
    assert fates["Thời gian người giúp đỡ cùng đơn vị"] == preview.WAIVED
    later = town.today.replace(year=town.today.year + 2)
    with town.store.transaction(writing=False) as tx:
        seen = preview.preview(tx, handover, town.case(handover), later)
    assert {line.thing: line.fate for line in seen.carried}["Hồ sơ, lý lịch đã kết luận"] == preview.LAPSED


def test_an_organisation_outside_of_the_system_takes_a_candidate_by_its_paper(at: At) -> None:
    town = at("filed")
    handover = town.offered(None, addressee="Đảng ủy phường Xa, tỉnh khác")
    task = town.task(handover, "answer_handover")
    assert task.organisation_id == town.school, "who wrote the letter gets the answer on paper"
    with pytest.raises(InvalidAnswers):
        town.do_verb(verbs.let_go, handover, "school1")
    town.do_verb(verbs.let_go, handover, "school1", number="7-CV/ĐU")
    assert town.case(town.case_id).closed_as == "moved_away"
    assert town.case(handover).closed_as == "handover_taken_away"
    with town.store.transaction(writing=False) as tx:
        assert custody.last_step(tx, town.students[0]).organisation_id is None


def test_a_member_who_goes_outside_of_the_system_stands_on_no_roll_of_ours(at: At) -> None:
    town = at("official")
    town.pass_days(1)
    handover = town.offered(None, addressee="Đảng ủy Trường Đại học Xa")
    town.do_verb(verbs.let_go, handover, "province1", number="7-CV/ĐU")
    with town.store.transaction(writing=False) as tx:
        found = member_with(tx, town.students[0])
        assert found is not None and place_of(tx, found, town.today) is None


def test_where_the_portal_is_in_force_its_number_is_asked_and_no_box_is_filled(at: At) -> None:
    from workflows.transfers import portal

    town = at("official")
    with town.store.transaction() as tx:
        portal.declare(
            tx, town.province, "formal", since=town.today, until=None, paper="1-CV/BTC",
            by=town.users["province1"], now=town.now(),
        )  # fmt: skip
    handover = town.prepare(town.village)
    with town.store.transaction(writing=False) as tx:
        assert preview.preview(tx, handover, town.case(handover), town.today).on_portal
    with pytest.raises(InvalidAnswers) as refused:
        town.offer(handover)
    assert set(refused.value.fields) == {"portal_number"}
    town.offer(handover, portal_number="DVC-0012")
    assert town.rows(select(handover_offer.c.portal_number))[0][0] == "DVC-0012"


def test_the_boxes_of_a_paper_letter_go_up_over_and_down(at: At) -> None:
    from workflows.organisations.queries import tree_of
    from workflows.transfers.letters import boxes

    town = at("new")
    with town.store.transaction(writing=False) as tx:
        tree = tree_of(tx)
    found = boxes(tree, town.cell, town.faculty, "formal", town.today)
    up, down = [town.cell, town.school, town.commune], [town.home, town.campus, town.faculty]
    assert found == [*((one, "out") for one in up), *((one, "in") for one in down)]
    inside = boxes(tree, town.cell, town.other_cell, "internal", town.today)
    assert [one for one, _ in inside] == [town.cell, town.other_cell]
    assert boxes(tree, town.cell, town.faculty, "a", town.today) == []
