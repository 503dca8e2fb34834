"""The notation: how each BPMN element looks, as small SVG pieces with presentation attributes."""

from collections.abc import Mapping

import lxml.etree as etree

from engine.models.layout.places import Box
from engine.models.xml import Node, children, name_of

Point = tuple[float, float]

SVG = "http://www.w3.org/2000/svg"
INK, QUIET, PAPER = "#22303c", "#5b6b78", "#ffffff"
# mark -> (fill, stroke): where the case is, where it has been, where it may go next, where it was stopped
COLOURS = {
    "now": ("#ffe9b8", "#b3261e"),
    "done": ("#e3f1e6", "#1c6b3c"),
    "next": ("#ebf2fa", "#2f5582"),
    "stopped": ("#f3d9d7", "#7a1f1a"),
}
SIGNS = {"done": "✓", "next": "→"}  # colour never alone; where the case is has a frame around it

USER = "M4 15 q0 -5.5 3.7 -6.5 a3.8 3.8 0 1 1 4.6 0 q3.7 1 3.7 6.5 z"
GEAR = (
    "M8.6 2 h2.8 l.4 2 1.5 .6 1.7 -1.1 2 2 -1.1 1.7 .6 1.5 2 .4 v2.8 l-2 .4 -.6 1.5 1.1 1.7 -2 2 -1.7 -1.1"
    " -1.5 .6 -.4 2 h-2.8 l-.4 -2 -1.5 -.6 -1.7 1.1 -2 -2 1.1 -1.7 -.6 -1.5 -2 -.4 v-2.8 l2 -.4 .6 -1.5"
    " -1.1 -1.7 2 -2 1.7 1.1 1.5 -.6 z M10 7.6 a2.9 2.9 0 1 0 0 5.8 a2.9 2.9 0 1 0 0 -5.8 z"
)
TABLE = "M3 4 h14 v12 h-14 z M3 8 h14 M3 12 h14 M8 8 v8"
ENVELOPE = "M-8 -5.5 h16 v11 h-16 z M-8 -5.5 l8 6 l8 -6"
BOLT = "M-7 7 l4 -13 l4.5 7.5 l5.5 -8.5 l-4 14 l-4.5 -7.5 z"
CROSS = "M-7 -9 l14 18 M7 -9 l-14 18"
PLUS = "M-11 0 h22 M0 -11 v22"
RING = "M-9 0 a9 9 0 1 0 18 0 a9 9 0 1 0 -18 0"
MANY = "M-5 -5 v10 M0 -5 v10 M5 -5 v10"
CALLS = "M-7 -7 h14 v14 h-14 z M-4.5 0 h9 M0 -4.5 v9"


def piece(parent: Node, tag: str, **attributes: object) -> Node:
    """An SVG element; underscores stand for hyphens, numbers are written short."""
    written = {
        name.rstrip("_").replace("_", "-"): f"{value:g}" if isinstance(value, float) else str(value)
        for name, value in attributes.items()
    }
    return etree.SubElement(parent, f"{{{SVG}}}{tag}", written)


def stroke(
    parent: Node, d: str, x: float, y: float, *, ink: str = INK, weight: float = 1.2, fill: str = "none"
) -> None:
    """A symbol's outline, moved to its place."""
    piece(
        parent, "path", d=d, transform=f"translate({x:g} {y:g})", fill=fill, stroke=ink, stroke_width=weight
    )


def draw_symbol(parent: Node, node: Node, box: Box, mark: str | None) -> None:
    """The outline and the marks of one flow node."""
    fill, ink = COLOURS.get(mark or "", (PAPER, INK))
    tag = name_of(node)
    if tag.endswith("Event"):
        _event(parent, node, box, fill, ink)
    elif tag.endswith("Gateway"):
        _gateway(parent, tag, box, fill, ink)
    else:
        _task(parent, node, box, fill, ink)


def _task(parent: Node, node: Node, box: Box, fill: str, ink: str) -> None:
    tag = name_of(node)
    called = tag == "callActivity"
    piece(
        parent,
        "rect",
        class_="shape",
        **_rectangle(box),
        rx=10,
        fill=fill,
        stroke=ink,
        stroke_width=4.0 if called else 1.6,
    )
    corner = box.x + 6, box.y + 5
    if tag == "userTask":
        stroke(parent, USER, *corner)
    elif tag == "serviceTask":
        stroke(parent, GEAR, *corner, weight=1.0)
    elif tag == "businessRuleTask":
        stroke(parent, TABLE, *corner)
    foot = box.x + box.width / 2, box.y + box.height - 10
    if called:
        stroke(parent, CALLS, *foot)
    elif any(True for _ in children(node, "multiInstanceLoopCharacteristics")):
        stroke(parent, MANY, *foot, weight=2.0)


def _gateway(parent: Node, tag: str, box: Box, fill: str, ink: str) -> None:
    x, y = box.centre
    half = box.width / 2
    corners = [(x, y - half), (x + half, y), (x, y + half), (x - half, y)]
    points = " ".join(f"{px:g},{py:g}" for px, py in corners)
    piece(parent, "polygon", class_="shape", points=points, fill=fill, stroke=ink, stroke_width=1.6)
    if tag == "inclusiveGateway":
        stroke(parent, RING, x, y, ink=ink, weight=2.4)
    else:
        stroke(parent, CROSS if tag == "exclusiveGateway" else PLUS, x, y, ink=ink, weight=3.0)


def _event(parent: Node, node: Node, box: Box, fill: str, ink: str) -> None:
    tag = name_of(node)
    (x, y), radius = box.centre, box.width / 2
    ends = tag == "endEvent"
    dashes = {"stroke_dasharray": "4 3"} if node.get("cancelActivity") == "false" else {}
    weight = 3.6 if ends else 1.6
    piece(
        parent,
        "circle",
        class_="shape",
        cx=x,
        cy=y,
        r=radius,
        fill=fill,
        stroke=ink,
        stroke_width=weight,
        **dashes,
    )
    if tag in ("boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"):
        piece(
            parent, "circle", cx=x, cy=y, r=radius - 3.5, fill="none", stroke=ink, stroke_width=1.2, **dashes
        )
    kinds = {name_of(child) for child in node}
    if "messageEventDefinition" in kinds:
        stroke(parent, ENVELOPE, x, y, ink=ink)
    elif "errorEventDefinition" in kinds:
        stroke(parent, BOLT, x, y, ink=ink, fill=ink if ends else "none")
    elif "terminateEventDefinition" in kinds:
        piece(parent, "circle", cx=x, cy=y, r=radius - 7, fill=ink)
    elif "timerEventDefinition" in kinds:
        _clock(parent, x, y, radius - 6, ink)


def _clock(parent: Node, x: float, y: float, radius: float, ink: str) -> None:
    piece(parent, "circle", cx=x, cy=y, r=radius, fill="none", stroke=ink, stroke_width=1.1)
    hours = "".join(
        f"M{dx * (radius - 2.5):.3g} {dy * (radius - 2.5):.3g} L{dx * radius:.3g} {dy * radius:.3g} "
        for dx, dy in ((0, -1), (0.87, -0.5), (0.87, 0.5), (0, 1), (-0.87, 0.5), (-0.87, -0.5))
    )
    stroke(parent, f"{hours}M0 0 L2.5 -8 M0 0 L5 1.5", x, y, ink=ink, weight=1.1)


def arrow(parent: Node, id: str, ink: str) -> None:
    """The head of a sequence flow, for `marker-end`."""
    head = piece(
        parent,
        "marker",
        id=id,
        viewBox="0 0 10 10",
        refX=9,
        refY=5,
        markerWidth=9,
        markerHeight=9,
        orient="auto",
        markerUnits="userSpaceOnUse",
    )
    piece(head, "path", d="M0 1 L10 5 L0 9 z", fill=ink)


def _rectangle(box: Box) -> Mapping[str, float]:
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height}


def slash(start: Point, end: Point) -> str:
    """The short stroke across the beginning of a default flow."""
    dx, dy = (end[0] > start[0]) - (end[0] < start[0]), (end[1] > start[1]) - (end[1] < start[1])
    x, y = start[0] + dx * 9, start[1] + dy * 9
    wide, high = (5, 3) if dy else (3, 5)
    return f"M{x - wide:g} {y + high:g} L{x + wide:g} {y - high:g}"


def rounded(points: list[Point], radius: float = 6) -> str:
    """The way with its corners rounded."""
    written = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        a, b = _towards(corner, before, radius), _towards(corner, after, radius)
        written.append(f"L{a[0]:g} {a[1]:g} Q{corner[0]:g} {corner[1]:g} {b[0]:g} {b[1]:g}")
    written.append(f"L{points[-1][0]:g} {points[-1][1]:g}")
    return " ".join(written)


def _towards(start: Point, end: Point, by: float) -> Point:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx * dx + dy * dy) ** 0.5
    part = min(by / length, 0.5) if length else 0
    return start[0] + dx * part, start[1] + dy * part
