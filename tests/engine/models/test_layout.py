"""A model without a picture gets one that people can read; its semantics stay as they were."""

from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree

from engine.errors import ModelError
from engine.models.layout import draw
from engine.models.layout.places import Box
from engine.models.layout.text import box, width, wrap
from engine.models.xml import BPMNDI, find, name_of, parse_xml
from engine.process import SpecSet

LOAN = Path(__file__).parents[1] / "loan"
MODELS = sorted(path.name for path in LOAN.glob("*.bpmn"))
FLOW_NODES = ("Task", "Gateway", "Event", "callActivity")


def undrawn(name: str) -> bytes:
    """The semantics alone, as somebody would write them."""
    root = etree.fromstring((LOAN / name).read_bytes())
    for diagram in root.findall(f"{{{BPMNDI}}}BPMNDiagram"):
        root.remove(diagram)
    return etree.tostring(root)


@pytest.fixture(scope="module", params=MODELS)
def drawn(request: pytest.FixtureRequest):
    return parse_xml(draw(undrawn(request.param)), request.param)


def shapes(root) -> dict[str, Box]:
    return {
        shape.get("bpmnElement"): Box(
            *(float(find(shape, "./dc:Bounds")[0].get(side)) for side in ("x", "y", "width", "height"))
        )
        for shape in find(root, "//bpmndi:BPMNShape")
    }


def flow_nodes(root) -> list:
    process = find(root, "//bpmn:process")[0]
    return [node for node in process if name_of(node).endswith(FLOW_NODES)]


def ways(root) -> dict[str, list[tuple[float, float]]]:
    return {
        edge.get("bpmnElement"): [(float(p.get("x")), float(p.get("y"))) for p in find(edge, "./di:waypoint")]
        for edge in find(root, "//bpmndi:BPMNEdge")
    }


def test_every_element_flow_and_lane_is_drawn(drawn) -> None:
    wanted = {node.get("id") for node in flow_nodes(drawn)}
    wanted |= {node.get("id") for node in find(drawn, "//bpmn:sequenceFlow | //bpmn:lane")}
    assert wanted <= set(shapes(drawn)) | set(ways(drawn))


def test_no_shape_lies_upon_another_save_an_event_on_its_host(drawn) -> None:
    boxes = shapes(drawn)
    for first, second in combinations(flow_nodes(drawn), 2):
        if first.get("id") not in (second.get("attachedToRef"), None) and (
            second.get("id") != first.get("attachedToRef")
        ):
            assert not boxes[first.get("id")].overlaps(boxes[second.get("id")])


def test_a_boundary_event_sits_on_the_lower_border_of_its_host(drawn) -> None:
    boxes = shapes(drawn)
    for node in flow_nodes(drawn):
        if node.get("attachedToRef"):
            host = boxes[node.get("attachedToRef")]
            assert boxes[node.get("id")].centre[1] == host.y + host.height


def test_flows_run_at_right_angles_around_the_shapes(drawn) -> None:
    boxes = shapes(drawn)
    bodies = [boxes[node.get("id")] for node in flow_nodes(drawn)]
    bodies = [Box(b.x + 1, b.y + 1, b.width - 2, b.height - 2) for b in bodies]
    for points in ways(drawn).values():
        for (x1, y1), (x2, y2) in pairwise(points):
            assert x1 == x2 or y1 == y2
            piece = Box(min(x1, x2), min(y1, y2), abs(x1 - x2), abs(y1 - y2))
            assert not [body for body in bodies if body.overlaps(piece)]


def test_a_flow_begins_and_ends_at_the_borders_of_its_shapes(drawn) -> None:
    boxes = shapes(drawn)
    for flow in find(drawn, "//bpmn:sequenceFlow"):
        points = ways(drawn)[flow.get("id")]
        for point, id in ((points[0], flow.get("sourceRef")), (points[-1], flow.get("targetRef"))):
            (x, y), box_ = boxes[id].centre, boxes[id]
            assert (abs(point[0] - x), abs(point[1] - y)) in ((box_.width / 2, 0), (0, box_.height / 2))


def test_every_step_stands_in_its_lane(drawn) -> None:
    boxes = shapes(drawn)
    for lane in find(drawn, "//bpmn:lane"):
        area = boxes[lane.get("id")]
        for ref in find(lane, "./bpmn:flowNodeRef"):
            assert area.y <= boxes[ref.text].centre[1] <= area.y + area.height


def test_the_road_reads_from_left_to_right(drawn) -> None:
    boxes = shapes(drawn)
    starts = [boxes[n.get("id")].x for n in flow_nodes(drawn) if name_of(n) == "startEvent"]
    ends = [boxes[n.get("id")].x for n in flow_nodes(drawn) if name_of(n) == "endEvent"]
    assert max(starts) < min(ends)


def test_the_semantics_stay_as_they_were() -> None:
    before, after = (etree.fromstring(text) for text in (undrawn("loan.bpmn"), draw(undrawn("loan.bpmn"))))
    for root in (before, after):
        for diagram in root.findall(f"{{{BPMNDI}}}BPMNDiagram"):
            root.remove(diagram)
        etree.indent(root)
    assert etree.tostring(before, method="c14n") == etree.tostring(after, method="c14n")


def test_drawing_again_gives_the_same_bytes() -> None:
    once = draw(undrawn("lending.bpmn"))
    assert draw(once) == once


def test_a_drawn_model_runs_as_before() -> None:
    files = {path.name: path.read_bytes() for path in LOAN.glob("*.dmn")}
    files |= {name: draw(undrawn(name)) for name in MODELS}
    assert "sign_card" in SpecSet.parse(files, "loan").elements


def test_a_model_without_a_process_is_refused_with_its_reason() -> None:
    nothing = b'<d:definitions xmlns:d="http://www.omg.org/spec/BPMN/20100524/MODEL" id="x"/>'
    with pytest.raises(ModelError):
        draw(nothing)


def test_text_breaks_at_words_and_stays_within_its_room() -> None:
    text = "Lấy ý kiến nhận xét của chi ủy nơi cư trú"
    lines = wrap(text, 90, 11)
    assert " ".join(lines) == text
    assert all(width(line, 11) <= 90 for line in lines)
    assert box(text, 90, 11)[1] == len(lines) * 11 * 1.25


def test_marks_above_and_below_a_letter_take_no_width() -> None:
    assert width("ặ", 12) == width("a", 12)
    assert width("Đảng", 12) > width("ang", 12)
