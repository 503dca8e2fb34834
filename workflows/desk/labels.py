"""The Vietnamese name of every element: from the registry, else as it is drawn in the models."""

from collections.abc import Mapping
from functools import cache

import bpmn
from engine.models.layout.graph import title_of
from engine.models.xml import find, name_of, parse_xml
from engine.registry import Registry


@cache
def drawn_names() -> Mapping[str, str]:
    """Element id → name, of all our models."""
    names: dict[str, str] = {}
    for file, content in bpmn.files().items():
        root = parse_xml(content, file)
        if name_of(root) == "definitions":
            named = find(root, "//bpmn:*[@id and @name]")
            names.update((node.get("id", ""), " ".join(node.get("name", "").split())) for node in named)
    return names


@cache
def drawn_words() -> frozenset[str]:
    """Everything that a drawing writes: names of elements and flows, titles of lanes, pools and bands."""
    found = set(drawn_names().values())
    for file, content in bpmn.files().items():
        root = parse_xml(content, file)
        if name_of(root) != "definitions":
            continue
        found.update(title_of(lane) for lane in find(root, "//bpmn:lane"))
        found.update(node.get("name", "") for node in find(root, "//bpmn:participant"))
        found.update(node.get("value", "") for node in find(root, "//bpmn:categoryValue"))
    return frozenset(" ".join(one.split()) for one in found if one.strip())


def labels(registry: Registry) -> dict[str, str]:
    """What pages call an element."""
    return {**drawn_names(), **registry.labels}
