"""Rules about the drawing: every element has a shape or an edge, and no two shapes lie on each other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations

from engine.errors import Text
from engine.models.structure import Found, Models, Names
from engine.models.xml import Node, find


@dataclass(frozen=True)
class Box:
    """Where a shape lies, in the points of the drawing."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def _boxes(root: Node) -> dict[str, Box]:
    boxes = {}
    for shape in find(root, "//bpmndi:BPMNShape"):
        for bounds in find(shape, "./dc:Bounds"):
            x, y, width, height = (float(bounds.get(side) or 0) for side in ("x", "y", "width", "height"))
            if width > 0 and height > 0:
                boxes[shape.get("bpmnElement", "")] = Box(x, y, x + width, y + height)
    return boxes


def _edges(root: Node) -> set[str]:
    edges = find(root, "//bpmndi:BPMNEdge")
    return {edge.get("bpmnElement", "") for edge in edges if len(find(edge, "./di:waypoint")) > 1}


def not_drawn(models: Models, names: Names) -> Found:
    for process in models.processes.values():
        root = models.roots[process.file]
        boxes, edges = _boxes(root), _edges(root)
        shapes = [step.id for step in process.steps]
        shapes += [lane.get("id", "") for lane in find(process.node, ".//bpmn:lane")]
        for id in shapes:
            if id not in boxes:
                yield process.file, id, Text("Phần tử này chưa được vẽ.")
        for flow in process.flows:
            if flow.id not in edges:
                yield process.file, flow.id, Text("Luồng này chưa được vẽ.")


def overlap(models: Models, names: Names) -> Found:
    for process in models.processes.values():
        boxes = _boxes(models.roots[process.file])
        drawn = [step for step in process.steps if step.id in boxes]
        for first, second in combinations(drawn, 2):
            hosted = (
                first.node.get("attachedToRef") == second.id or second.node.get("attachedToRef") == first.id
            )
            if not hosted and boxes[first.id].overlaps(boxes[second.id]):
                yield process.file, second.id, Text("Hình này đè lên “{other}”.", other=first.id)


RULES: Mapping[str, Callable[[Models, Names], Found]] = {
    "not_drawn": not_drawn,
    "overlap": overlap,
}
