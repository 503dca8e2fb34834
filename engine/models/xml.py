"""Reading BPMN and DMN files that strangers may have written: no DOCTYPE, no network, a size limit."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from lxml import etree

from engine.errors import ModelError

Node: TypeAlias = Any  # an lxml element; lxml ships no types

LARGEST_FILE = 2_000_000  # bytes; the largest of our models is 60 KB

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
NAMESPACES = {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "spiff": SPIFF}


def parse_xml(content: bytes, file: str) -> Node:
    """The root element of a model file; ModelError names the file when it is no XML that we read."""
    if len(content) > LARGEST_FILE:
        raise ModelError(file, "tệp mô hình lớn hơn 2 MB")
    reader = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, reader)
    except etree.XMLSyntaxError as error:
        raise ModelError(file, f"không phải XML đúng: {error.msg}") from error
    if root.getroottree().docinfo.doctype:
        raise ModelError(file, "có DOCTYPE")
    return root


def name_of(node: Node) -> str:
    """The tag without its namespace; comments and processing instructions have none."""
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def children(node: Node, *names: str) -> Iterator[Node]:
    """The direct children with one of these local names, or all elements when none is named."""
    for child in node:
        name = name_of(child)
        if name and (not names or name in names):
            yield child


def find(node: Node, path: str) -> list[Node]:
    """An XPath over our prefixes: bpmn, bpmndi, dc, di, spiff."""
    found: list[Node] = node.xpath(path, namespaces=NAMESPACES)
    return found


def text_of(node: Node, name: str) -> str | None:
    """The stripped text of the first direct child with this local name, None where it is absent or empty."""
    for child in children(node, name):
        text = (child.text or "").strip()
        return text or None
    return None
