"""The model files as such: standard, complete, labelled, drawn without a shape upon another."""

import io
import json
import re
import shutil
import subprocess
from itertools import combinations, pairwise, product
from pathlib import Path
from types import SimpleNamespace

import pytest
from lxml import etree
from SpiffWorkflow.spiff.parser.process import VALIDATOR

from bpmn import files
from engine.models.check import check
from engine.models.layout.places import Box
from engine.models.xml import find, name_of
from engine.process import SpecSet
from engine.process.decisions import read_cell
from engine.process.expressions import read
from tests.bpmn.walking import roots
from tests.bpmn.words import ANSWERS, INTERRUPTIONS, LISTS, OUTCOMES, STAGES

ROOT = Path(__file__).parents[2]
SMALL = ["verification", "opinions", "supplement", "chain", "helper_change"]
EVERY = ["admission", *STAGES, "refusal", "annulment", "handover", *SMALL]
FLOW_NODES = re.compile(r"Task$|Gateway$|Event$|^callActivity$")
ROLES = {
    "candidate",
    "helper",
    "union_branch",
    "youth_union",
    "party_cell",
    "section_committee",
    "grassroots_committee",
    "party_building_board",
    "deciding_committee",
    "political_centre",
    "addressee",
    "opinion_giver",
    "custodian",
    "referring_committee",
    "receiver",
}


def nodes(process: str) -> list:
    return [node for node in find(roots()[process], "//bpmn:process")[0] if FLOW_NODES.search(name_of(node))]


def boxes(process: str) -> dict[str, Box]:
    shapes = find(roots()[process], "//bpmndi:BPMNShape")
    sides = ("x", "y", "width", "height")
    return {
        shape.get("bpmnElement"): Box(*(float(find(shape, "./dc:Bounds")[0].get(side)) for side in sides))
        for shape in shapes
    }


def label_boxes(process: str) -> list[Box]:
    labels = find(roots()[process], "//bpmndi:BPMNLabel/dc:Bounds")
    return [Box(*(float(bounds.get(side)) for side in ("x", "y", "width", "height"))) for bounds in labels]


def inner(box: Box, by: float = 1) -> Box:
    return Box(box.x + by, box.y + by, box.width - 2 * by, box.height - 2 * by)


def test_every_process_of_the_road_has_a_file_of_its_name() -> None:
    assert set(roots()) == set(EVERY)
    assert {name for name in files() if name.endswith(".bpmn")} == {f"{process}.bpmn" for process in EVERY}


@pytest.mark.parametrize("name", sorted(name for name in files() if name.endswith(".bpmn")))
def test_a_model_is_valid_by_the_standard_schema(name: str) -> None:
    VALIDATOR.validate(etree.parse(io.BytesIO(files()[name])), name)


def test_the_models_are_clean_for_bpmnlint() -> None:
    if shutil.which("node") is None:
        pytest.skip("needs node to run bpmnlint")
    lint = ROOT / "node_modules" / "bpmnlint" / "bin" / "bpmnlint.js"
    if not lint.exists():
        if shutil.which("npm") is None:
            pytest.skip("needs npm to install bpmnlint")
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=ROOT, capture_output=True, check=False)
        if not lint.exists():
            pytest.skip("needs bpmnlint; run npm ci")
    models = sorted(str(path) for path in (ROOT / "bpmn").glob("*.bpmn"))
    done = subprocess.run(["node", str(lint), *models], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "")


def test_the_lock_of_the_checker_names_no_strange_host() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    hosts = {
        package["resolved"].split("/")[2] for package in lock["packages"].values() if "resolved" in package
    }
    assert hosts <= {"registry.npmjs.org"}
    assert all("integrity" in package for name, package in lock["packages"].items() if name)


def test_the_library_reads_both_kinds_of_case() -> None:
    assert SpecSet.parse(files(), "admission").elements["cell_vote"].lane == "party_cell"
    assert set(SpecSet.parse(files(), "helper_change").processes) == {"helper_change"}


@pytest.mark.parametrize("process", EVERY)
def test_every_step_event_and_choice_is_labelled(process: str) -> None:
    for node in nodes(process):
        merges = name_of(node).endswith("Gateway") and len(find(node, "./bpmn:outgoing")) == 1
        if not merges and name_of(node) != "parallelGateway":
            assert node.get("name"), node.get("id")
    for flow in find(roots()[process], "//bpmn:sequenceFlow[bpmn:conditionExpression]"):
        assert flow.get("name"), flow.get("id")


@pytest.mark.parametrize("process", EVERY)
def test_every_user_task_lies_in_the_lane_of_a_role(process: str) -> None:
    lanes = find(roots()[process], "//bpmn:lane")
    members = {ref.text: lane.get("name") for lane in lanes for ref in find(lane, "./bpmn:flowNodeRef")}
    for node in nodes(process):
        if name_of(node) == "userTask":
            assert members[node.get("id")] in ROLES
        if lanes:
            assert node.get("id") in members
    assert all(find(lane, "./bpmn:documentation")[0].text for lane in lanes)


def test_no_element_id_is_used_twice_save_a_stage_for_the_process_it_calls() -> None:
    seen: dict[str, str] = {}
    for process in EVERY:
        for node in nodes(process):
            id = node.get("id")
            assert id not in seen, (id, process, seen.get(id))
            seen[id] = process
            if id in EVERY:
                assert name_of(node) == "callActivity"
                assert node.get("calledElement") == id


def test_user_and_service_tasks_are_exactly_those_of_the_table_of_words() -> None:
    found = {tag: set() for tag in ("userTask", "serviceTask")}
    for process in EVERY:
        for node in nodes(process):
            if name_of(node) in found:
                found[name_of(node)].add(node.get("id"))
    assert found["userTask"] == set(OUTCOMES)
    assert found["serviceTask"] == set(ANSWERS) | set(LISTS)


def test_conditions_compare_only_words_that_their_step_can_write() -> None:
    written = {**OUTCOMES, **ANSWERS, "interruption": list(INTERRUPTIONS)}
    for name, text in files().items():
        if name.endswith(".dmn"):
            written |= outputs(find_decision(text))
    for process in EVERY:
        for condition in find(roots()[process], "//bpmn:conditionExpression"):
            for name, word in read(condition.text).compared:
                assert word in written[name], (process, condition.text)


def test_every_word_of_a_choice_leads_somewhere() -> None:
    """A gateway right behind a step names each word of it or has a default flow."""
    for process in EVERY:
        for gateway in find(roots()[process], "//bpmn:exclusiveGateway"):
            outgoing = find(gateway, "./bpmn:outgoing")
            assert len(outgoing) == 1 or gateway.get("default") in [flow.text for flow in outgoing]


def test_no_model_holds_a_number_of_the_law() -> None:
    for process in EVERY:
        for tag in ("conditionExpression", "timeDate"):
            for expression in find(roots()[process], f"//bpmn:{tag}"):
                assert not re.search(r"\d", expression.text), expression.text


def outputs(decision) -> dict[str, list[str]]:
    """Each output of a table with the words that its rules give."""
    names = [output.get("name") for output in decision.iter("{*}output")]
    rows = [
        [entry.findtext("{*}text").strip('"') for entry in rule.iter("{*}outputEntry")]
        for rule in decision.iter("{*}rule")
    ]
    return {name: sorted({row[at] for row in rows}) for at, name in enumerate(names)}


def find_decision(text: bytes):
    return next(node for node in etree.fromstring(text).iter() if name_of(node) == "decision")


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("approval_chain.dmn", ["chain_regime", "chain_place", "chain_power"]),
        ("reentry.dmn", ["stage_left", "deciding_kept"]),
        ("transfer_variant.dmn", ["transfer_standing", "transfer_reach", "transfer_term"]),
    ],
)
def test_a_decision_table_answers_every_combination_exactly_once(name: str, inputs: list[str]) -> None:
    decision = find_decision(files()[name])
    rules = [
        [read_cell(entry.findtext("{*}text")) for entry in rule.iter("{*}inputEntry")]
        for rule in decision.iter("{*}rule")
    ]
    for words in product(*(ANSWERS[name] for name in inputs)):
        hits = [
            rule for rule in rules if all(cell.admits(word) for cell, word in zip(rule, words, strict=True))
        ]
        assert len(hits) == 1, words


def test_re_entry_leads_only_to_stages_that_the_overview_re_enters() -> None:
    table = find_decision(files()["reentry.dmn"])
    answers = {entry.findtext("{*}text").strip('"') for entry in table.iter("{*}outputEntry")}
    flows = find(roots()["admission"], '//bpmn:sequenceFlow[@sourceRef="reenter"]')
    assert {flow.get("targetRef").removeprefix("at_") for flow in flows} == answers


# the drawings


@pytest.mark.parametrize("process", EVERY)
def test_every_element_and_flow_is_drawn(process: str) -> None:
    drawn = {edge.get("bpmnElement") for edge in find(roots()[process], "//bpmndi:BPMNEdge")} | set(
        boxes(process)
    )
    wanted = {node.get("id") for node in nodes(process)}
    wanted |= {
        flow.get("id") for flow in find(roots()[process], "//bpmn:sequenceFlow | //bpmn:lane | //bpmn:group")
    }
    assert wanted - drawn == set()


@pytest.mark.parametrize("process", EVERY)
def test_no_shape_lies_upon_another(process: str) -> None:
    drawn = boxes(process)
    for first, second in combinations(nodes(process), 2):
        hosted = second.get("attachedToRef") == first.get("id") or first.get("attachedToRef") == second.get(
            "id"
        )
        if not hosted:
            assert not drawn[first.get("id")].overlaps(drawn[second.get("id")]), (
                first.get("id"),
                second.get("id"),
            )


@pytest.mark.parametrize("process", EVERY)
def test_a_boundary_event_sits_on_the_border_of_its_host(process: str) -> None:
    drawn = boxes(process)
    for node in nodes(process):
        if node.get("attachedToRef"):
            host, (x, y) = drawn[node.get("attachedToRef")], drawn[node.get("id")].centre
            assert y in (host.y, host.y + host.height) or x in (host.x, host.x + host.width)


@pytest.mark.parametrize("process", EVERY)
def test_flows_are_orthogonal_and_cross_no_shape(process: str) -> None:
    drawn = boxes(process)
    shapes = {node.get("id"): inner(drawn[node.get("id")]) for node in nodes(process)}
    for edge in find(roots()[process], "//bpmndi:BPMNEdge"):
        points = [(float(p.get("x")), float(p.get("y"))) for p in find(edge, "./di:waypoint")]
        for (x1, y1), (x2, y2) in pairwise(points):
            assert x1 == x2 or y1 == y2, edge.get("bpmnElement")
            piece = Box(min(x1, x2), min(y1, y2), abs(x1 - x2), abs(y1 - y2))
            crossed = [id for id, box in shapes.items() if box.overlaps(piece)]
            assert crossed == [], (edge.get("bpmnElement"), crossed)


@pytest.mark.parametrize("process", EVERY)
def test_labels_lie_neither_on_shapes_nor_on_each_other(process: str) -> None:
    drawn = boxes(process)
    shapes = [drawn[node.get("id")] for node in nodes(process)]
    labels = label_boxes(process)
    assert not [label for label in labels for shape in shapes if inner(label).overlaps(shape)]
    assert not [pair for pair in combinations(labels, 2) if inner(pair[0]).overlaps(inner(pair[1]))]


@pytest.mark.parametrize("process", EVERY)
def test_every_step_lies_inside_its_lane(process: str) -> None:
    drawn = boxes(process)
    for lane in find(roots()[process], "//bpmn:lane"):
        area = drawn[lane.get("id")]
        for ref in find(lane, "./bpmn:flowNodeRef"):
            box = drawn[ref.text]
            hosted = any(node.get("id") == ref.text and node.get("attachedToRef") for node in nodes(process))
            room = box.height / 2 if hosted else 0
            assert area.x <= box.x and box.x + box.width <= area.x + area.width
            assert area.y <= box.y and box.y + box.height <= area.y + area.height + room


def test_the_check_of_the_house_finds_nothing_to_refuse() -> None:
    timers = frozenset({"of_age", "probation_end", "complaint"})
    services = dict.fromkeys([*ANSWERS, *LISTS])
    names = SimpleNamespace(services=services, dues=timers, lanes=frozenset(ROLES), forms=frozenset(OUTCOMES))
    assert [str(finding) for finding in check(files(), names)] == []


def reach(process: str, start: str) -> set[str]:
    """Everything that can come after an element of a process."""
    flows = find(roots()[process], "//bpmn:sequenceFlow")
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        at = waiting.pop()
        after = {flow.get("targetRef") for flow in flows if flow.get("sourceRef") == at} - seen
        seen |= after
        waiting += after
    return seen


def words_within(process: str, elements: set[str]) -> set[str]:
    """The words that these elements write, and those of the processes that they call."""
    found = elements & (set(OUTCOMES) | set(ANSWERS))
    for node in nodes(process):
        called = node.get("calledElement")
        if called and node.get("id") in elements:
            found |= words_within(called, {inner_node.get("id") for inner_node in nodes(called)})
    return found


@pytest.mark.parametrize(
    ("process", "split", "join"),
    [
        ("file_checks", "checks_split", "checks_join"),
        ("probation", "probation_split", "probation_join"),
    ],
)
def test_nothing_after_a_join_is_decided_by_a_word_of_one_branch(process: str, split: str, join: str) -> None:
    after = reach(process, join)
    between = {node for node in reach(process, split) if join in reach(process, node)} - after - {join}
    branches = words_within(process, between) - words_within(process, after)
    assert branches
    later = find(roots()["admission"], "//bpmn:conditionExpression")
    later += [
        condition
        for condition in find(roots()[process], "//bpmn:conditionExpression")
        if condition.getparent().get("sourceRef") in after
    ]
    for condition in later:
        assert not read(condition.text).names & branches, condition.text
