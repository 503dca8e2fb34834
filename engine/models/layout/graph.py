"""A model as a graph: nodes, flows, the rows they belong to, and which flows lead back."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from engine.errors import ModelError
from engine.models.xml import Node as Xml
from engine.models.xml import find, name_of

TASKS = frozenset({"userTask", "serviceTask", "businessRuleTask", "callActivity", "manualTask", "task"})
EVENTS = frozenset(
    {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
)
SIZE = {"task": (140, 80), "event": (36, 36), "gateway": (50, 50)}


@dataclass(frozen=True)
class Element:
    """One flow node: its row is the lane or band in which it is drawn."""

    id: str
    tag: str
    name: str
    row: str
    host: str | None = None

    @property
    def kind(self) -> str:
        return "task" if self.tag in TASKS else "event" if self.tag in EVENTS else "gateway"

    @property
    def size(self) -> tuple[int, int]:
        return SIZE[self.kind]


@dataclass(frozen=True)
class Flow:
    """One sequence flow."""

    id: str
    source: str
    target: str
    name: str
    default: bool


@dataclass
class Graph:
    """One process. `rows` are lane ids or category values in their order; "" where there are none."""

    process: str
    pool: str | None
    plane: str
    rows: dict[str, str]  # row -> title
    shapes: dict[str, str]  # row -> the element that draws it (a lane, a group)
    banded: bool
    elements: dict[str, Element] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)

    @cached_property
    def follows(self) -> dict[str, list[Flow]]:
        """Flows by their source, those of boundary events also by their host: they go on from there."""
        found: dict[str, list[Flow]] = {id: [] for id in self.elements}
        for flow in self.flows:
            found[flow.source].append(flow)
        return found

    @cached_property
    def back(self) -> frozenset[str]:
        """The flows that lead back to something already passed on the way from the start."""
        returning: set[str] = set()
        state: dict[str, int] = {}

        def visit(id: str) -> None:
            state[id] = 1
            for flow in self.leaving(id):
                if state.get(flow.target) == 1:
                    returning.add(flow.id)
                elif flow.target not in state:
                    visit(flow.target)
            state[id] = 2

        starts = [id for id, element in self.elements.items() if element.tag == "startEvent"]
        for id in [*starts, *self.elements]:
            if id not in state and self.elements[id].host is None:
                visit(id)
        return frozenset(returning)

    def leaving(self, id: str) -> Iterator[Flow]:
        """Where the token goes from here, exceptions at the border last."""
        yield from self.follows[id]
        for border in self.borders(id):
            yield from self.follows[border]

    def borders(self, host: str) -> list[str]:
        return [id for id, element in self.elements.items() if element.host == host]


def read_graph(root: Xml) -> Graph:
    """The first process of the file; a participant, lanes or groups give it its rows."""
    processes = find(root, "//bpmn:process")
    if not processes:
        raise ModelError(root.get("id") or "definitions", "tệp không có quy trình nào để vẽ")
    process = processes[0]
    pools = [pool for pool in find(root, "//bpmn:participant") if pool.get("processRef") == process.get("id")]
    plane = pools[0].getparent().get("id") if pools else process.get("id")
    lanes = find(process, "./bpmn:laneSet/bpmn:lane")
    graph = Graph(process.get("id"), pools[0].get("id") if pools else None, plane, {"": ""}, {}, not lanes)
    _read_rows(root, process, graph)
    row_of = {ref.text.strip(): lane.get("id") for lane in lanes for ref in find(lane, "./bpmn:flowNodeRef")}
    first = next(iter(graph.rows))
    for node in process:
        tag, id = name_of(node), node.get("id")
        if tag in TASKS or tag in EVENTS or tag.endswith("Gateway"):
            refs = find(node, "./bpmn:categoryValueRef")
            row = refs[0].text.strip() if refs else row_of.get(id, first)
            graph.elements[id] = Element(id, tag, node.get("name", ""), row, node.get("attachedToRef"))
    defaults = {node.get("default") for node in process if node.get("default")}
    for node in find(process, "./bpmn:sequenceFlow"):
        ends = node.get("sourceRef"), node.get("targetRef")
        graph.flows.append(Flow(node.get("id"), *ends, node.get("name", ""), node.get("id") in defaults))
    return graph


def _read_rows(root: Xml, process: Xml, graph: Graph) -> None:
    """Lanes are rows with roles; without them the groups are bands, one below the other."""
    lanes = find(process, "./bpmn:laneSet/bpmn:lane")
    groups = {group.get("categoryValueRef"): group.get("id") for group in find(process, "./bpmn:group")}
    if lanes:
        graph.rows = {lane.get("id"): title_of(lane) for lane in lanes}
        graph.shapes = {lane.get("id"): lane.get("id") for lane in lanes}
    elif groups:
        values = {value.get("id"): value.get("value", "") for value in find(root, "//bpmn:categoryValue")}
        graph.rows = {value: values.get(value, "") for value in groups}
        graph.shapes = groups


def title_of(lane: Xml) -> str:
    """A lane's name is the role's identifier; its documentation is the title that people read."""
    notes = find(lane, "./bpmn:documentation")
    return (notes[0].text or "").strip() if notes else lane.get("name", "")
