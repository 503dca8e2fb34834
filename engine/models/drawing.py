"""A model's picture as SVG, made on the server from its BPMN DI, in proper BPMN notation.

No script and no inline style: presentation attributes carry the look, classes let a page restyle it. All text
goes through an XML builder, so nothing a model says can become markup.
"""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import lxml.etree as etree

from engine.errors import NotFound, Text
from engine.models.layout.graph import title_of
from engine.models.layout.places import LABEL_SIZE, Box
from engine.models.layout.text import LINE, width, wrap
from engine.models.symbols import (
    COLOURS,
    INK,
    PAPER,
    QUIET,
    SIGNS,
    SVG,
    Point,
    arrow,
    draw_symbol,
    piece,
    rounded,
    slash,
)
from engine.models.xml import BPMN, Node, find, name_of, parse_xml

FONT = "Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
MARGIN = 16.0
COLD = "#c62828"  # the colour of what was never passed, in a heat picture
FRAME = "#8493a0"
AREAS = ("participant", "lane", "group")


def render(
    files: Mapping[str, bytes],
    process: str,
    marks: Mapping[str, str] | None = None,
    counts: Mapping[str, int] | None = None,
    links: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    words: Callable[[Text], str] = str,
) -> str:
    """The SVG of a process of these files: one string, to be put into a page or a file.

    `marks` says "now", "done", "next" or "stopped" of elements, `tags` a few letters more (a day, a count);
    `counts`, if given, makes it a heat picture in which every element and flow shows how often it was passed;
    `links` leads from elements to pages; `words` says every name in the reader's language. Raises NotFound
    where no file has that process or where it is not drawn.
    """
    root = _file_of(files, process)
    if not find(root, "//bpmndi:BPMNShape"):
        raise NotFound(
            Text("Quy trình “{process}” chưa được vẽ. Hãy chạy “ketnap models draw”.", process=process)
        )
    look = _Look(marks or {}, counts, links or {}, tags or {}, words)
    return _Sheet(root, find(root, "//bpmn:process")[0], look).draw()


@dataclass(frozen=True)
class _Look:
    """What is said of the elements beyond the model."""

    marks: Mapping[str, str]
    counts: Mapping[str, int] | None
    links: Mapping[str, str]
    tags: Mapping[str, str]
    words: Callable[[Text], str]

    def say(self, name: str | None) -> str:
        """A name of the model in the reader's language."""
        plain = " ".join((name or "").split())
        return self.words(Text(plain)) if plain else ""


def _file_of(files: Mapping[str, bytes], process: str) -> Node:
    for name, content in files.items():
        if name.endswith(".bpmn") and process.encode() in content:
            root = parse_xml(content, name)
            if any(node.get("id") == process for node in find(root, "//bpmn:process")):
                return root
    raise NotFound(Text("Không có quy trình “{process}”.", process=process))


class _Sheet:
    """One drawing in the making."""

    def __init__(self, root: Node, process: Node, look: _Look) -> None:
        self.process, self.look, self.counts, self.say = process, look, look.counts, look.say
        self.id = str(process.get("id"))
        named = (node for node in root.iter(f"{{{BPMN}}}*") if node.get("id"))
        self.nodes = {node.get("id"): node for node in named}
        self.shapes = [s for s in find(root, "//bpmndi:BPMNShape") if s.get("bpmnElement") in self.nodes]
        self.edges = [e for e in find(root, "//bpmndi:BPMNEdge") if e.get("bpmnElement") in self.nodes]
        self.defaults = {node.get("default") for node in process if node.get("default")}
        self.values = {v.get("id"): v.get("value", "") for v in find(root, "//bpmn:categoryValue")}

    def draw(self) -> str:
        self.svg = self._paper()
        areas = [shape for shape in self.shapes if name_of(self._element(shape)) in AREAS]
        for shape in areas:
            self._area(shape)
        for edge in self.edges:
            self._flow(edge)
        for shape in self.shapes:
            if shape not in areas:
                self._node(shape)
        for edge in self.edges:
            self._words(self.svg, self.say(self._element(edge).get("name")), _label(edge), "flow-label")
        return str(etree.tostring(self.svg, encoding="unicode"))

    def _element(self, drawn: Node) -> Node:
        return self.nodes[drawn.get("bpmnElement")]

    def _paper(self) -> Node:
        boxes = [box for drawn in self.shapes + self.edges for box in (_bounds(drawn), _label(drawn)) if box]
        points = [point for edge in self.edges for point in _way(edge)]
        left = min([b.x for b in boxes] + [x for x, _ in points]) - MARGIN
        top = min([b.y for b in boxes] + [y for _, y in points]) - MARGIN
        right = max([b.x + b.width for b in boxes] + [x for x, _ in points]) + MARGIN
        bottom = max([b.y + b.height for b in boxes] + [y for _, y in points]) + MARGIN
        svg: Node = etree.Element(f"{{{SVG}}}svg", nsmap={None: SVG})
        svg.set("viewBox", f"{left:g} {top:g} {right - left:g} {bottom - top:g}")
        svg.set("width", f"{right - left:g}")
        svg.set("height", f"{bottom - top:g}")
        svg.set("class", "bpmn")
        svg.set("role", "img")
        svg.set("aria-labelledby", f"{self.id}-title")
        svg.set("font-family", FONT)
        svg.set("font-size", "12")
        svg.set("fill", INK)
        piece(svg, "title", id=f"{self.id}-title").text = self.look.words(
            Text("Sơ đồ: {name}", name=self.say(self.process.get("name")) or self.id)
        )
        heads = piece(svg, "defs")
        arrow(heads, f"{self.id}-arrow", INK)
        arrow(heads, f"{self.id}-arrow-quiet", QUIET)
        arrow(heads, f"{self.id}-arrow-cold", COLD)
        piece(svg, "rect", x=left, y=top, width=right - left, height=bottom - top, fill=PAPER, class_="paper")
        return svg

    def _area(self, shape: Node) -> None:
        """A pool or a lane with the strip of its title, or a group around a band."""
        node, box = self._element(shape), _bounds(shape)
        if box is None:
            return
        group = piece(self.svg, "g", class_=name_of(node))
        frame = piece(group, "rect", x=box.x, y=box.y, width=box.width, height=box.height, fill="none")
        frame.set("stroke", FRAME)
        if name_of(node) == "group":
            frame.set("rx", "14")
            frame.set("stroke-dasharray", "8 3 2 3")
            words = piece(group, "text", x=box.x + 16, y=box.y + 24, font_size=15, fill=QUIET)
            words.set("font-weight", "bold")
            words.text = self.say(self.values.get(node.get("categoryValueRef")))
            return
        piece(group, "path", d=f"M{box.x + 30:g} {box.y:g} v{box.height:g}", stroke=FRAME)
        if name_of(node) == "participant":
            _title(group, box, self.say(node.get("name")), 13, "bold")
        else:
            _title(group, box, self.say(title_of(node)), 12, "normal")

    def _node(self, shape: Node) -> None:
        node, box = self._element(shape), _bounds(shape)
        if box is None:
            return
        id, tag, name = node.get("id"), name_of(node), self.say(node.get("name"))
        mark = self.look.marks.get(id)
        mark = mark if mark in COLOURS else None
        parent = self.svg
        if id in self.look.links:
            parent = piece(self.svg, "a", href=self.look.links[id])
        group = piece(parent, "g", class_=f"element {tag}" + (f" {mark}" if mark else ""), data_element=id)
        piece(group, "title").text = name or id
        draw_symbol(group, node, box, mark)
        if tag.endswith(("Event", "Gateway")):
            self._words(group, name, _label(shape), "label", QUIET if tag == "boundaryEvent" else INK)
        else:
            self._fill(group, name, box, tag)
        if mark == "now":
            halo = {"x": box.x - 6, "y": box.y - 6, "width": box.width + 12, "height": box.height + 12}
            ink = COLOURS["now"][1]
            piece(group, "rect", **halo, rx=14, fill="none", stroke=ink, stroke_width=2.4, class_="halo")
        if self.counts is not None and not tag.endswith("Gateway"):
            self._badge(group, box.x + box.width, box.y, self.counts.get(id, 0))
        self._tag(group, box, mark, self.look.tags.get(id, ""))

    def _tag(self, group: Node, box: Box, mark: str | None, text: str) -> None:
        """A slip on the upper edge: the sign of the mark and what is said beside it."""
        said = " ".join(part for part in (SIGNS.get(mark or "", ""), text) if part)
        if not said:
            return
        ink, room = COLOURS.get(mark or "", (PAPER, INK))[1], width(said, 10) + 12
        left = box.x + box.width - room - 6
        slip = {"x": left, "y": box.y - 9, "width": room, "height": 17, "rx": 8.5}
        piece(group, "rect", **slip, fill=PAPER, stroke=ink, class_="tag")
        words = piece(group, "text", x=left + room / 2, y=box.y + 3.4, font_size=10, fill=ink)
        words.set("text-anchor", "middle")
        words.set("class", "tag")
        words.text = said

    def _fill(self, group: Node, name: str, box: Box, tag: str) -> None:
        """A task's name, in the middle of its box, small enough to fit."""
        foot = 14 if tag == "callActivity" else 0
        for size in (12.0, 11.0, 10.0):
            lines = wrap(name, box.width - 16, size)
            if len(lines) * size * LINE <= box.height - 16 - foot and all(
                width(line, size) <= box.width - 12 for line in lines
            ):
                break
        head = 0 if tag == "callActivity" else 14 if len(lines) > 2 else 4
        middle = box.y + (box.height + head - foot) / 2
        top = middle - len(lines) * size * LINE / 2
        self._lines(group, lines, (box.x + box.width / 2, top), size, "label")

    def _words(self, parent: Node, text: str, box: Box | None, class_: str, ink: str = INK) -> None:
        """A label in its own box, on a halo of paper so that a line behind it does not hide it."""
        if text and box:
            lines = wrap(text, box.width, LABEL_SIZE)
            words = self._lines(parent, lines, (box.x + box.width / 2, box.y), LABEL_SIZE, class_)
            words.set("fill", ink)
            words.set("paint-order", "stroke")
            words.set("stroke", PAPER)
            words.set("stroke-width", "3")
            words.set("stroke-linejoin", "round")

    def _lines(self, parent: Node, lines: list[str], at: Point, size: float, class_: str) -> Node:
        words = piece(parent, "text", text_anchor="middle", font_size=size, class_=class_)
        for number, line in enumerate(lines):
            piece(words, "tspan", x=at[0], y=at[1] + size * (0.95 + number * LINE)).text = line
        return words

    def _flow(self, edge: Node) -> None:
        flow, points = self._element(edge), _way(edge)
        count = None if self.counts is None else self.counts.get(flow.get("id"), 0)
        ink, head = (COLD, "-arrow-cold") if count == 0 else (INK, "-arrow")
        if count is None and name_of(self.nodes.get(flow.get("sourceRef"), flow)) == "boundaryEvent":
            ink, head = QUIET, "-arrow-quiet"  # the exceptions stand back behind the road
        weight = 1.4 if count is None else 1.2 + min(count, 60) ** 0.5 / 2
        group = piece(self.svg, "g", class_="flow", data_element=flow.get("id"))
        line = piece(group, "path", d=rounded(points), fill="none", stroke=ink, stroke_width=float(weight))
        line.set("marker-end", f"url(#{self.id}{head})")
        if flow.get("id") in self.defaults:
            stroke = slash(points[0], points[1])
            piece(group, "path", d=stroke, fill="none", stroke=ink, stroke_width=1.4, class_="default")
        if count is not None:
            longest = max(
                itertools.pairwise(points),
                key=lambda p: abs(p[0][0] - p[1][0]) + abs(p[0][1] - p[1][1]),
            )
            (x1, y1), (x2, y2) = longest
            self._badge(group, (x1 + x2) / 2, (y1 + y2) / 2, count)

    def _badge(self, parent: Node, x: float, y: float, count: int) -> None:
        text, ink = str(count), COLD if count == 0 else "#2f7d4f"
        room = width(text, 9) + 8
        piece(
            parent,
            "rect",
            x=x - room / 2,
            y=y - 7,
            width=room,
            height=14,
            rx=7,
            fill=PAPER,
            stroke=ink,
            class_="count",
        )
        piece(
            parent, "text", x=x, y=y + 3.2, font_size=9, text_anchor="middle", fill=ink, class_="count"
        ).text = text


def _title(group: Node, box: Box, text: str, size: int, weight: str) -> None:
    """A title that reads upwards in the strip at the left of a pool or lane, in one or two lines."""
    lines = wrap(text, box.height - 8, size)[:2]
    size = size if len(lines) < 2 else 11
    for number, line in enumerate(lines):
        x = box.x + 15 + (number - (len(lines) - 1) / 2) * size * 1.1 + size * 0.35
        place = f"translate({x:g} {box.y + box.height / 2:g}) rotate(-90)"
        words = piece(
            group, "text", text_anchor="middle", transform=place, font_size=size, font_weight=weight
        )
        words.text = line


def _bounds(shape: Node) -> Box | None:
    found = find(shape, "./dc:Bounds")
    return Box(*(float(found[0].get(key)) for key in ("x", "y", "width", "height"))) if found else None


def _label(drawn: Node) -> Box | None:
    found = find(drawn, "./bpmndi:BPMNLabel")
    return _bounds(found[0]) if found else None


def _way(edge: Node) -> list[Point]:
    return [(float(point.get("x")), float(point.get("y"))) for point in find(edge, "./di:waypoint")]
