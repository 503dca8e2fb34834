"""The table of steps and the models agree: nobody can add a step to one and forget the other."""

from collections.abc import Iterator

import pytest
from lxml import etree

from tests.workflows.builders import model_files
from workflows.admission.choices import OUTCOMES, WITHOUT_UNION
from workflows.admission.clocks import LABELS, TASK_CLOCK
from workflows.admission.deeds import nothing
from workflows.admission.forms import FORMS
from workflows.admission.guards import DUES, GUARDS
from workflows.admission.registry import build_registry
from workflows.admission.steps import LANES, SERVICE_LABELS, STEPS
from workflows.admission.unions import OUTSIDE
from workflows.admission.votes import BALLOTS
from workflows.documents.catalogue import papers
from workflows.people.words import POSITIONS
from workflows.rules.deadlines import RULES
from workflows.rules.keys import KEYS
from workflows.transfers.deeds import ANSWER, ANSWER_RULE, BACK, LETTER, LETTER_RULE

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


def nodes(tag: str) -> Iterator[tuple[str, str, str]]:
    """id, name, lane of every node of a kind in all models."""
    for name, content in model_files().items():
        if not name.endswith(".bpmn"):
            continue
        root = etree.fromstring(content)
        lanes = {
            ref.text: lane.get("name")
            for lane in root.iter(BPMN + "lane")
            for ref in lane.iter(BPMN + "flowNodeRef")
        }
        for node in root.iter(BPMN + tag):
            yield node.get("id"), node.get("name"), lanes.get(node.get("id"), "")


HUMAN = list(nodes("userTask"))


def test_every_human_task_of_the_models_is_a_step_and_none_is_unused() -> None:
    assert {element for element, _, _ in HUMAN} == set(STEPS) == set(FORMS) == set(OUTCOMES)


@pytest.mark.parametrize(("element", "label", "lane"), HUMAN)
def test_a_human_task_has_its_lane_role_form_deadline_notice_and_label(
    element: str, label: str, lane: str
) -> None:
    step = STEPS[element]
    assert (step.lane, step.label) == (lane, label)
    assert step.prepare and step.prepare <= set(POSITIONS)
    assert step.confirm <= set(POSITIONS) and step.sign <= set(POSITIONS) and step.see >= step.prepare
    assert step.deadline == "none" or step.deadline in LABELS
    assert step.notice


@pytest.mark.parametrize("element", sorted(BALLOTS))
def test_every_vote_has_a_second_person_and_a_threshold_of_the_rules(element: str) -> None:
    assert STEPS[element].confirm
    assert BALLOTS[element].quota in {*KEYS, "decided_by"}
    words = {word for word, _ in OUTCOMES[element]}
    assert {BALLOTS[element].carried, BALLOTS[element].failed} <= words


@pytest.mark.parametrize("element", sorted(STEPS))
def test_the_papers_of_a_step_are_in_the_catalogue_and_its_outcomes_in_its_form(element: str) -> None:
    step = STEPS[element]
    words = {word for word, _ in (*OUTCOMES[element], *(WITHOUT_UNION if element in OUTSIDE else ()))}
    assert set((step.papers or {}).values()) <= set(papers())
    assert set(step.papers or {}) <= {*words, "*"}


def test_every_service_task_has_its_verb_and_no_verb_is_unused() -> None:
    assert {element for element, _, _ in nodes("serviceTask")} == set(build_registry().services)


def test_every_service_task_bears_the_label_of_the_models() -> None:
    assert {element: label for element, label, _ in nodes("serviceTask")}.items() <= SERVICE_LABELS.items()


def test_every_guard_is_used_and_every_used_guard_exists() -> None:
    assert {name for step in STEPS.values() for name in step.guards} == set(GUARDS)


def test_every_lane_has_positions_and_is_a_lane_of_the_models() -> None:
    assert {lane for _, _, lane in HUMAN} == set(LANES)


def test_every_clock_of_a_task_has_a_rule_and_a_label() -> None:
    assert set(TASK_CLOCK) <= set(STEPS)
    assert set(TASK_CLOCK.values()) <= set(LABELS)
    assert set(LABELS) <= {*RULES, LETTER, ANSWER, BACK}
    assert {*LETTER_RULE.values(), *ANSWER_RULE.values()} <= set(RULES), "those two run by the person's rule"


def test_every_timer_of_the_models_asks_for_a_day_that_is_known() -> None:
    asked = set()
    for content in model_files().values():
        asked |= {
            (node.text or "").split('"')[1]
            for node in etree.fromstring(content).iter(BPMN + "timeDate")
            if node.text
        }
    assert asked == set(DUES)


def test_a_step_that_records_nothing_says_so_by_name() -> None:
    assert nothing.__doc__
    assert sum(step.deed is nothing for step in STEPS.values()) < len(STEPS) / 2


def test_the_outcomes_of_a_form_are_those_that_the_models_ask_for() -> None:
    """Every word in a condition of the models is an outcome of its step, or a word of its verb."""
    import re

    said = {element: {word for word, _ in words} for element, words in OUTCOMES.items()}
    for content in model_files().values():
        for element, word in re.findall(r'(\w+) == "(\w+)"', content.decode()):
            if element in said:
                assert word in said[element], f"{element} never says {word}"
