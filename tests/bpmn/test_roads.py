"""The models really run: every sequence flow is walked, every end is reached, no road is a dead end."""

from collections import Counter

import pytest

from tests.bpmn.exploring import draw_heat, explored
from tests.bpmn.roads import COMMITTEE, HANDOVERS, ROADS, SECTION, Road, followed, handed
from tests.bpmn.walking import Walk, drawn_ends, drawn_flows, roots
from tests.bpmn.words import INTERRUPTIBLE


@pytest.mark.parametrize("named", ROADS, ids=lambda road: road.name.replace(" ", "_"))
def test_every_named_road_leads_to_its_end(named: Road) -> None:
    assert followed(named.name).ended == named.end


@pytest.mark.parametrize("name", HANDOVERS, ids=lambda name: name.replace(" ", "_"))
def test_every_named_handover_leads_to_its_end(name: str) -> None:
    assert handed(name).ended == HANDOVERS[name][0]


def test_the_named_roads_walk_every_sequence_flow_and_reach_every_end_event() -> None:
    walks = [followed(named.name) for named in ROADS] + [Walk("helper_change").to_the_end()]
    walks += [handed(name) for name in HANDOVERS]
    flows = sum((walk.flows for walk in walks), Counter())
    passed = sum((Counter(walk.passed) for walk in walks), Counter())
    draw_heat(passed, flows)
    assert [flow for flow in drawn_flows() if not flows[flow]] == []
    assert [end for end in drawn_ends() if not passed[end]] == []
    assert [flow for flow in flows if flow not in drawn_flows()] == []


def test_whatever_happens_a_case_always_has_something_open_until_it_ends() -> None:
    assert explored().walks >= 120
    assert explored().stuck == []


# each end of the overview, by name


def test_a_student_who_goes_the_whole_road_becomes_an_official_member() -> None:
    assert followed("the plain road").ended == "official_member"


def test_a_student_who_does_not_want_to_now_ends_at_not_now() -> None:
    assert followed("the student does not want to now").ended == "not_now"


def test_a_student_whom_the_cell_takes_off_the_source_ends_at_left_source() -> None:
    assert followed("the cell takes the student off the source").ended == "left_source"


def test_a_stopped_nomination_leads_back_to_the_pool() -> None:
    assert followed("the union stops the nomination").ended == "back_to_pool"


def test_a_declined_candidate_ends_as_not_recognised() -> None:
    assert followed("the cell does not recognise the candidate").ended == "not_recognised"


def test_a_refusal_of_the_deciding_committee_ends_as_refused_after_the_notice() -> None:
    walk = followed("the deciding committee refuses")
    assert walk.ended == "refused"
    assert "notify_refusal" in walk.passed


def test_a_withdrawal_ends_as_withdrawn() -> None:
    assert followed("the student withdraws").ended == "withdrawn"


def test_a_removal_ends_as_removed() -> None:
    assert followed("the student is removed with a reason").ended == "removed"


def test_a_death_ends_as_deceased() -> None:
    assert followed("the student dies").ended == "deceased"


def test_a_probationer_struck_off_ends_as_struck_off() -> None:
    assert followed("the time for a complaint runs out").ended == "struck_off"


def test_a_wrong_admission_ends_as_annulled() -> None:
    assert followed("a wrong admission is annulled").ended == "annulled"


def test_every_end_of_the_overview_has_a_road() -> None:
    overview = {end for end, process in drawn_ends().items() if process == "admission"}
    assert overview == {named.end for named in ROADS}


# the paths that the law asks for


def test_a_complete_file_waits_for_the_age_and_then_opens_the_vote_by_itself() -> None:
    walk = Walk().until("of_age")
    assert walk.open == []
    assert walk.fire("of_age").open == ["cell_vote"]


@pytest.mark.parametrize(
    ("element", "numbers"), [("verification_reply", [7, 8, 9]), ("opinion_reply", [4, 5])]
)
def test_every_request_is_a_task_of_its_own(element: str, numbers: list[int]) -> None:
    walk = Walk(list_verifications=[[7, 8, 9]], list_opinions=[[4, 5]]).until(element)
    replies = [item for item in walk.items("task") if item.element == element]
    assert sorted(item.item for item in replies) == numbers
    walk.complete(replies[0])
    assert len([item for item in walk.items("task") if item.element == element]) == len(numbers) - 1


def test_when_every_request_is_answered_already_nobody_is_asked_again() -> None:
    walk = Walk(verification_plan="sent", list_verifications=[[]], opinion_plan="sent", list_opinions=[[]])
    walk.until("conclude_history")
    assert "verification_reply" not in walk.passed
    assert "opinion_reply" not in walk.passed


def test_a_file_that_must_be_verified_again_asks_neither_the_union_nor_the_helper_again() -> None:
    walk = Walk(conclude_history=["recheck", "certified"]).until("cell_vote")
    assert walk.passed.count("union_resolution") == walk.passed.count("helper_letter") == 1
    assert walk.passed.count("verification_plan") == 2


def test_after_an_expired_certificate_only_the_class_is_repeated() -> None:
    walk = followed("only the certificate had expired")
    assert walk.passed.count("enrol_class") == 2
    assert walk.passed.count("union_resolution") == walk.passed.count("application") == 1


@pytest.mark.parametrize(
    ("regime", "place", "power", "levels"),
    [
        ("three_level", "base_cell", "standing", []),
        ("three_level", "under_committee", "standing", ["committee_resolution"]),
        ("three_level", "under_section", "standing", ["section_appraisal", "committee_resolution"]),
        ("two_level", "under_committee", "plenum", []),
        ("two_level_208", "under_committee", "standing", ["committee_resolution"]),
        ("two_level_208", "under_section", "plenum", ["committee_resolution"]),
    ],
)
def test_the_chain_has_the_levels_that_the_table_names(
    regime: str, place: str, power: str, levels: list[str]
) -> None:
    walk = Walk(chain_regime=regime, chain_place=place, chain_power=power).until("board_appraisal")
    assert [step for step in walk.passed if step in ("section_appraisal", "committee_resolution")] == levels


def test_the_chain_is_read_anew_for_the_recognition() -> None:
    walk = Walk(**{**COMMITTEE, "chain_place": ["base_cell", "under_committee"]}).to_the_end()
    assert "committee_resolution" not in walk.passed
    assert "committee_review" in walk.passed


REARRANGED = [
    ("section_appraisal", "under_committee", "standing", "committee_resolution"),
    ("section_appraisal", "base_cell", "standing", "board_appraisal"),
    ("committee_resolution", "base_cell", "standing", "board_appraisal"),
    ("committee_resolution", "under_section", "plenum", "board_appraisal"),  # the section has seen it before
    ("admission_decision", "base_cell", "plenum", "admission_decision"),
]


@pytest.mark.parametrize(("step", "place", "power", "then"), REARRANGED)
def test_a_step_that_is_no_more_leads_on_by_the_new_chain_and_never_back_to_a_vote(
    step: str, place: str, power: str, then: str
) -> None:
    walk = Walk(**SECTION).until(step)
    votes = walk.passed.count("cell_vote")
    walk.words |= {"chain_regime": ["two_level"], "chain_place": [place], "chain_power": [power]}
    walk.drop()
    assert walk.open == [then]
    assert walk.case.words().get("decided_by", power) == power
    assert walk.to_the_end().passed.count("cell_vote") == votes


def test_a_file_that_comes_back_supplemented_asks_the_chain_of_its_day() -> None:
    walk = Walk(**SECTION, section_appraisal="returned").until("check_supplement")
    walk.words |= {"chain_place": ["base_cell"]}
    walk.complete(walk.items("task")[0])
    assert walk.open == ["board_appraisal"]


def test_a_refusal_within_the_parallel_checks_takes_the_other_checks_back() -> None:
    walk = Walk(union_resolution="failed", union_reconsider="stop").until("union_reconsider")
    (union,) = [item for item in walk.items("task") if item.element == "union_reconsider"]
    assert len(walk.open) > 1
    walk.complete(union)
    assert walk.open == ["notify_refusal"]


def test_a_probationer_whose_striking_off_failed_goes_on_with_the_time_that_is_left() -> None:
    walk = (
        Walk(strike_off_vote="failed", probation_standing="running")
        .until("probation_report")
        .send("strike_off")
    )
    walk.until("strike_off_vote")
    walk.complete(walk.items("task")[0])
    assert walk.case.stage() == "probation"


def test_a_stage_never_decides_by_a_word_of_an_earlier_round() -> None:
    """The refusal of the first round must not be read when the file comes back."""
    walk = Walk(
        board_appraisal=["procedure_error", "complete"], cell_vote=["carried", "carried"]
    ).to_the_end()
    assert walk.ended == "official_member"
    assert walk.passed.count("redo_order") == 1


def test_a_helper_who_left_is_replaced_in_a_case_of_its_own() -> None:
    walk = Walk("helper_change")
    assert walk.open == ["replace_helper"]
    assert walk.to_the_end().ended == "helper_replaced"


def test_every_stage_that_can_be_interrupted_carries_the_message() -> None:
    hosts = {
        event.get("attachedToRef")
        for event in roots()["admission"].iter("{*}boundaryEvent")
        if event.find("{*}messageEventDefinition") is not None
    }
    assert hosts == set(INTERRUPTIBLE)
