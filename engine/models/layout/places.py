"""Where each element stands: a column for its rank, a line within its lane or band.

The longest road through the model runs straight along the first line of each lane; side roads take the lines
below it. All centres lie on a grid of ten pixels, on which the flows are routed.
"""

from dataclasses import dataclass, field

from engine.models.layout.graph import Element, Flow, Graph
from engine.models.layout.text import box

GRID = 10
LINE_HEIGHT = 120  # a task of 80 and room for labels and flows
LOW_LINE = 90  # the same for a line of events and gateways
GAP = 46  # between columns, for vertical pieces of flows
TITLE = 30  # the strip of a pool's or lane's title
LABEL_SIZE = 11
LABEL_ROOM = 96


@dataclass
class Box:
    """A rectangle in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    def overlaps(self, other: "Box", margin: float = 0) -> bool:
        return (
            self.x < other.x + other.width + margin
            and other.x < self.x + self.width + margin
            and self.y < other.y + other.height + margin
            and other.y < self.y + self.height + margin
        )


@dataclass
class Page:
    """The drawing: boxes of elements and rows, way points of flows, boxes of labels."""

    boxes: dict[str, Box] = field(default_factory=dict)
    rows: dict[str, Box] = field(default_factory=dict)
    labels: dict[str, Box] = field(default_factory=dict)
    points: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    pool: Box | None = None


def place(graph: Graph) -> Page:
    """Boxes for every element, row and pool, and first boxes for the labels of events and gateways."""
    ranks = rank(graph)
    lines = line_up(graph, ranks)
    page = Page()
    titled = graph.banded and len(graph.rows) > 1
    left = 140
    columns = _columns(graph, ranks, left)
    top = 65
    for row in graph.rows:
        members = [e for e in graph.elements.values() if e.row == row and not e.host]
        middles, height = _lines(members, lines, 45 if titled else 15)
        hosts = any(e.host and e.row == row for e in graph.elements.values())
        height += 35 if titled else 35 if hosts else 5  # room for what leaves by a lower border
        strip = 0 if graph.banded else TITLE
        page.rows[row] = Box(left - 30 - strip, top, 0, height)
        for element in members:
            x = columns[row if graph.banded else ""][ranks[element.id]]
            page.boxes[element.id] = centred(element, x, top + middles[lines[element.id]])
        top += height + (50 if titled else 0)
    _frame(graph, page)
    for element in graph.elements.values():
        if element.host:
            page.boxes[element.id] = _on_border(graph, page, element)
    for element in graph.elements.values():
        if element.name and element.kind != "task":
            page.labels[element.id] = first_label(element, page.boxes[element.id])
    return page


def _frame(graph: Graph, page: Page) -> None:
    """The rows as wide as the widest, and the pool around them."""
    right = max(box.x + box.width for box in page.boxes.values()) + 50
    for row in page.rows.values():
        row.width = right - row.x
    if graph.pool:
        first = next(iter(page.rows.values()))
        total = sum(row.height for row in page.rows.values())
        page.pool = Box(first.x - TITLE, first.y, first.width + TITLE, total)


def _lines(members: list[Element], lines: dict[str, int], above: int) -> tuple[dict[int, int], int]:
    """The middle of each line below the row's top, and the height of all; lines without tasks are lower."""
    middles, y = {}, above
    for line in range(1 + max((lines[e.id] for e in members), default=0)):
        tasks = any(e.kind == "task" for e in members if lines[e.id] == line)
        height = LINE_HEIGHT if tasks else LOW_LINE
        middles[line] = y + (LINE_HEIGHT // 2 if tasks else 40)
        y += height
    return middles, y


def centred(element: Element, x: float, y: float) -> Box:
    width, height = element.size
    return Box(x - width / 2, y - height / 2, width, height)


def rank(graph: Graph) -> dict[str, int]:
    """The column of each element: the longest way to it; in a banded drawing each band counts for itself."""
    ranks = dict.fromkeys(graph.elements, 0)
    for _ in range(len(ranks)):
        moved = False
        for id in graph.elements:
            for flow in graph.leaving(id):
                same = graph.elements[flow.target].row == graph.elements[id].row
                if flow.id in graph.back or (graph.banded and not same):
                    continue
                if ranks[flow.target] < ranks[id] + 1:
                    ranks[flow.target] = ranks[id] + 1
                    moved = True
        if not moved:
            break
    return ranks


def roads(graph: Graph, ranks: dict[str, int]) -> list[list[str]]:
    """The model cut into roads: from each beginning the longest way on, until something already on a road."""
    reach = dict.fromkeys(graph.elements, 0)
    for id in sorted(graph.elements, key=lambda id: -ranks[id]):
        ahead = [reach[f.target] + 1 for f in graph.leaving(id) if f.id not in graph.back]
        reach[id] = max(ahead, default=0)
    seen: set[str] = set()
    found: list[list[str]] = []
    waiting = [id for id, e in graph.elements.items() if e.tag == "startEvent"] + sorted(
        graph.elements, key=lambda id: ranks[id]
    )
    for start in waiting:
        road = []
        at: str | None = start
        while at is not None and at not in seen and not graph.elements[at].host:
            seen.add(at)
            road.append(at)
            ahead_flows = [f for f in graph.leaving(at) if f.id not in graph.back and f.target not in seen]
            ahead_flows.sort(
                key=lambda f: (_shortcut(graph, f, ahead_flows), not f.default, -reach[f.target])
            )
            at = ahead_flows[0].target if ahead_flows else None
        if road:
            found.append(road)
    return found


def _shortcut(graph: Graph, flow: Flow, others: list[Flow]) -> bool:
    """Whether another flow from here leads to the same place over more steps."""
    seen: set[str] = set()
    waiting = [other.target for other in others if other is not flow]
    while waiting:
        at = waiting.pop()
        if at == flow.target:
            return True
        if at not in seen:
            seen.add(at)
            waiting += [f.target for f in graph.leaving(at) if f.id not in graph.back]
    return False


def line_up(graph: Graph, ranks: dict[str, int]) -> dict[str, int]:
    """The line of each element in its row: every road takes the first line that is free along its stretch."""
    lines: dict[str, int] = {}
    taken: dict[tuple[str, int], set[int]] = {}
    for road in roads(graph, ranks):
        for stretch in _stretches(graph, road):
            row = graph.elements[stretch[0]].row
            span = set(range(ranks[stretch[0]], ranks[stretch[-1]] + 1))
            line = 0
            while taken.setdefault((row, line), set()) & span:
                line += 1
            taken[row, line] |= span
            lines.update((id, line) for id in stretch)
    return lines


def _stretches(graph: Graph, road: list[str]) -> list[list[str]]:
    stretches: list[list[str]] = []
    for id in road:
        if stretches and graph.elements[stretches[-1][-1]].row == graph.elements[id].row:
            stretches[-1].append(id)
        else:
            stretches.append([id])
    return stretches


def _columns(graph: Graph, ranks: dict[str, int], left: int) -> dict[str, dict[int, int]]:
    """The middle of each column, for all rows together or, in bands, for each band."""
    found: dict[str, dict[int, int]] = {}
    for row in graph.rows if graph.banded else [""]:
        members = [e for e in graph.elements.values() if not e.host and (not graph.banded or e.row == row)]
        x, middles = left, dict[int, int]()
        for column in range(1 + max((ranks[e.id] for e in members), default=0)):
            room = max((_room(e) for e in members if ranks[e.id] == column), default=40)
            middles[column] = round((x + room / 2) / GRID) * GRID
            named = [e.id for e in members if ranks[e.id] == column]
            words = [f.name for id in named for f in graph.follows[id] if f.name and f.id not in graph.back]
            widest = max((box(name, LABEL_ROOM, LABEL_SIZE)[0] for name in words), default=0)
            edge = max((e.size[0] / 2 for e in members if ranks[e.id] == column), default=room / 2)
            x = middles[column] + int(max(room / 2 + GAP, edge + widest + 28))
        found[row] = middles
    return found


def _room(element: Element) -> int:
    if element.kind == "task":
        return element.size[0]
    return max(60, int(box(element.name, LABEL_ROOM, LABEL_SIZE)[0])) if element.name else 50


def _on_border(graph: Graph, page: Page, element: Element) -> Box:
    """On the lower border of its host; several share it from right to left."""
    host = page.boxes[element.host or ""]
    number = graph.borders(element.host or "").index(element.id)
    return centred(element, host.x + host.width - 30 - 80 * number, host.y + host.height)


def first_label(element: Element, shape: Box) -> Box:
    """Below an event, above a gateway, beside an event on a border."""
    width, height = box(element.name, LABEL_ROOM, LABEL_SIZE)
    x, _y = shape.centre
    if element.host:
        return Box(shape.x + shape.width + 2, shape.y + shape.height - 8, width, height)
    if element.kind == "event":
        return Box(x - width / 2, shape.y + shape.height + 4, width, height)
    return Box(x - width / 2, shape.y - 4 - height, width, height)
