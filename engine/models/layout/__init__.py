"""Draws a semantic BPMN model: rows from lanes or bands, columns from ranks, flows at right angles.

The models are written as semantics; the diagram (BPMN DI) is computed and kept in the same file, so that any
modeller opens it and may still move things by hand.
"""

import lxml.etree as etree

from engine.models.layout.graph import read_graph
from engine.models.layout.labels import place_labels
from engine.models.layout.places import place
from engine.models.layout.routes import route
from engine.models.layout.writing import write_diagram
from engine.models.xml import parse_xml

__all__ = ["draw"]


def draw(xml: bytes) -> bytes:
    """The same model with a freshly computed diagram; everything but the diagram stays as it was."""
    root = parse_xml(xml, "bpmn")
    graph = read_graph(root)
    page = place(graph)
    route(graph, page)
    place_labels(graph, page)
    write_diagram(root, graph, page)
    etree.indent(root, "  ")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8")) + b"\n"
