"""Writes the computed page into the file as BPMN DI."""

import lxml.etree as etree

from engine.models.layout.graph import Graph
from engine.models.layout.places import Box, Page
from engine.models.layout.text import box
from engine.models.xml import BPMNDI, DC, DI, Node, find

TITLE_ROOM, TITLE_SIZE = 400, 14  # of the title of a band


def write_diagram(root: Node, graph: Graph, page: Page) -> None:
    """Replace every diagram of the file by this page."""
    for old in find(root, "./bpmndi:BPMNDiagram"):
        root.remove(old)
    diagram = etree.SubElement(root, f"{{{BPMNDI}}}BPMNDiagram", id=f"{graph.process}_diagram")
    plane = etree.SubElement(
        diagram, f"{{{BPMNDI}}}BPMNPlane", id=f"{graph.process}_plane", bpmnElement=graph.plane
    )
    if graph.pool and page.pool:
        _shape(plane, graph.pool, page.pool, None, isHorizontal="true")
    for row, shape in graph.shapes.items():
        if not graph.banded:
            _shape(plane, shape, page.rows[row], None, isHorizontal="true")
    for id, element in graph.elements.items():
        marker = {"isMarkerVisible": "true"} if element.tag == "exclusiveGateway" else {}
        _shape(plane, id, page.boxes[id], page.labels.get(id), **marker)
    for flow in graph.flows:
        edge = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNEdge", id=f"{flow.id}_di", bpmnElement=flow.id)
        for x, y in page.points[flow.id]:
            etree.SubElement(edge, f"{{{DI}}}waypoint", x=_number(x), y=_number(y))
        _label(edge, page.labels.get(flow.id))
    for row, shape in graph.shapes.items():
        if graph.banded:
            band, title = page.rows[row], graph.rows[row]
            _shape(plane, shape, band, Box(band.x + 16, band.y + 10, *box(title, TITLE_ROOM, TITLE_SIZE)))


def _shape(plane: Node, id: str, box: Box, label: Box | None, **more: str) -> None:
    shape = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNShape", id=f"{id}_di", bpmnElement=id, **more)
    _bounds(shape, box)
    _label(shape, label)


def _label(owner: Node, label: Box | None) -> None:
    if label is not None:
        _bounds(etree.SubElement(owner, f"{{{BPMNDI}}}BPMNLabel"), label)


def _bounds(owner: Node, box: Box) -> None:
    etree.SubElement(
        owner,
        f"{{{DC}}}Bounds",
        x=_number(box.x),
        y=_number(box.y),
        width=_number(box.width),
        height=_number(box.height),
    )


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
