"""Where a case stands, from journal entries alone: stages, loops, days, who held it. No database."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import bpmn
from workflows.desk.progress import PATH, Done, map_of, progress, waited

MAP = map_of(bpmn.files())
DAY = date(2025, 9, 1)


def entry(seq: int, day: int, kind: str = "task", element: str | None = None, **more: Any) -> Any:
    trail = more.pop("trail", [element] if element else [])
    inputs = {"trail": trail, "item": more.pop("item", None), "outcome": more.pop("outcome", None)}
    facts = more.pop("facts", {})
    return SimpleNamespace(
        seq=seq, kind=kind, element=element, on=DAY + timedelta(days=day), inputs=inputs, facts=facts
    )


def told(*entries: Any, closed: int | None = None, today: int = 40) -> Any:
    closed_on = DAY + timedelta(days=closed) if closed is not None else None
    return progress(entries, MAP, custodian_id=7, closed_on=closed_on, today=DAY + timedelta(days=today))


BEGUN = entry(1, 0, "start", "admission", trail=["case_opened", "at_source_building", "source_found"])
CONSENT = entry(2, 3, "task", "record_consent", trail=["record_consent", "consent_given"], facts={"act": 1})


def test_every_stage_of_the_path_begins_with_a_start_event_of_its_own() -> None:
    assert set(PATH) <= set(MAP.begins.values())
    assert len(MAP.begins) == len(set(MAP.begins.values()))


def test_a_step_was_opened_when_what_stands_before_it_was_passed() -> None:
    found = told(BEGUN, CONSENT, entry(3, 10, "task", "confirm_source", outcome="confirmed"))
    consent, confirm = found.steps
    assert (consent.opened_on, consent.done_on, consent.days) == (DAY, DAY + timedelta(days=3), 3)
    assert (confirm.opened_on, confirm.days, confirm.outcome) == (DAY + timedelta(days=3), 7, "confirmed")
    assert [(stay.stage, stay.to_day) for stay in found.stays] == [("source_building", None)]
    assert found.stage_days() == {"source_building": 40}
    assert found.stage_of(confirm) == "source_building"


def test_a_stage_walked_again_counts_its_stays_and_all_its_days() -> None:
    moved = entry(3, 10, "message", "interruption", trail=["nomination_begins"])
    back = entry(4, 15, "timer", None, trail=["source_found"])
    found = told(BEGUN, CONSENT, moved, back, closed=20)
    assert found.stage_times() == {"source_building": 2, "union_nomination": 1}
    assert found.stage_days() == {"source_building": 15, "union_nomination": 5}
    assert found.stays[-1].to_day == DAY + timedelta(days=20)


def test_a_loop_counts_rounds_and_not_addresses() -> None:
    votes = [entry(seq, seq, "task", "cell_vote") for seq in (2, 5)]
    replies = [entry(seq, seq, "task", "verification_reply", item=seq) for seq in (3, 4)]
    found = told(BEGUN, *votes, *replies)
    assert found.loops == {"cell_vote": 2}
    assert found.times["verification_reply"] == 1
    assert found.done_on["cell_vote"] == DAY + timedelta(days=5)


def test_custody_is_whole_and_ends_with_the_case() -> None:
    handed = entry(3, 12, "custodian", facts={"from": 5, "to": 7})
    found = told(BEGUN, CONSENT, handed, closed=30)
    assert [(one.organisation_id, one.days) for one in found.custody] == [(5, 12), (7, 18)]
    assert told(BEGUN).custody[0].to_day is None
    assert told().custody == []


def test_days_of_steps_at_the_same_time_count_once_for_who_had_them() -> None:
    steps = [
        Done(1, "a", None, DAY, DAY + timedelta(days=4), act=1),
        Done(2, "b", None, DAY + timedelta(days=2), DAY + timedelta(days=6), act=2),
        Done(3, "c", None, DAY, DAY + timedelta(days=9), act=3),
        Done(4, "d", None, DAY, DAY + timedelta(days=9), act=None),
    ]
    assert waited(steps, {1: 7, 2: 7, 3: 8}) == {7: 6, 8: 9}


def test_the_next_steps_are_those_of_people_behind_gateways_and_services() -> None:
    assert MAP.next_steps("branch_vote") == ["union_exec_vote", "union_follow_up"]
    assert "after_failed_vote" in MAP.next_steps("cell_vote")
    assert MAP.next_steps("nothing") == []
