"""Where the words of a flow stand: beside its first pieces, off shapes, other labels and other flows."""

import itertools
from collections.abc import Iterator

from engine.models.layout.graph import Element, Flow, Graph
from engine.models.layout.places import LABEL_SIZE, Box, Page, first_label
from engine.models.layout.text import box

ROOM = 110


def place_labels(graph: Graph, page: Page) -> None:
    """A box for every name: beside events and gateways first, then near the beginnings of the flows."""
    for id in list(page.labels):
        _best(id, _beside(graph.elements[id], page), page)
    for flow in graph.flows:
        if flow.name:
            _best(flow.id, _along(flow, page), page)


def _best(id: str, candidates: Iterator[tuple[float, Box]], page: Page) -> None:
    page.labels[id] = min(candidates, key=lambda found: found[0] + _disturbs(id, found[1], page))[1]


def _beside(element: Element, page: Page) -> Iterator[tuple[float, Box]]:
    """Below an event, above a gateway, or else at another side of it."""
    shape = page.boxes[element.id]
    first = first_label(element, shape)
    width, height, (x, _y) = first.width, first.height, shape.centre
    yield 0, first
    below, above = shape.y + shape.height + 4, shape.y - 4 - height
    right, left = shape.x + shape.width + 2, shape.x - width - 2
    if element.host:
        yield 1, Box(left, below - 12, width, height)
        yield 3, Box(right, below, width, height)
        return
    near = 8 if element.kind == "gateway" else 0
    for price, cx, cy in (
        (4, x - width / 2, above),
        (4, x - width / 2, below),
        (5, right - 14 - near, above + near),
        (5, left + 14 + near, above + near),
        (6, right - 14 - near, below - near),
        (6, left + 14 + near, below - near),
        (9, x + 4, above),
        (9, x - 4 - width, above),
        (9, x + 4, below),
        (9, x - 4 - width, below),
    ):
        yield price, Box(cx, cy, width, height)


def _along(flow: Flow, page: Page) -> Iterator[tuple[float, Box]]:
    width, height = box(flow.name, ROOM, LABEL_SIZE)
    points = page.points[flow.id]
    price = 0.0
    first = 16 if flow.default else 4  # the stroke of a default flow stands first
    for (x1, y1), (x2, y2) in itertools.pairwise(points):
        if y1 == y2:
            way = 1 if x2 > x1 else -1
            for shift in range(first, max(first + 2, int(abs(x2 - x1) - width) + 5), 12):
                x = x1 + shift if way > 0 else x1 - shift - width
                yield price + shift / 12, Box(x, y1 - height - 2, width, height)
                yield price + shift / 12 + 1, Box(x, y1 + 2, width, height)
        else:
            down = y2 > y1
            for shift in range(first, max(first + 2, int(abs(y2 - y1) - height) + 5), 12):
                y = y1 + shift if down else y1 - shift - height
                yield price + shift / 12, Box(x1 + 4, y, width, height)
                yield price + shift / 12 + 1, Box(x1 - 4 - width, y, width, height)
        price += 12
        first = 4


def _disturbs(id: str, label: Box, page: Page) -> float:
    price = 0.0
    price += sum(200 for shape in page.boxes.values() if label.overlaps(shape, 1))
    price += sum(200 for key, other in page.labels.items() if key != id and label.overlaps(other, 1))
    for points in page.points.values():
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            piece = Box(min(x1, x2), min(y1, y2), abs(x1 - x2), abs(y1 - y2))
            price += 60 if label.overlaps(piece, 0.5) else 0
    price += sum(20 for row in page.rows.values() if label.y < row.y + row.height < label.y + label.height)
    return price
