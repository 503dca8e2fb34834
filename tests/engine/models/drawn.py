"""Small models for the tests of the check: drawn on a grid, good until a test spoils them."""

from collections.abc import Mapping

from lxml import etree

from engine.models.xml import BPMN

NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" '
    'xmlns:spiff="http://spiffworkflow.org/bpmn/schema/1.0/core"'
)
WAY = '<di:waypoint x="1" y="1"/><di:waypoint x="2" y="2"/>'
GLOBALS = (
    '<bpmn:message id="message_stop" name="stop"/><bpmn:error id="error_lost" name="Lạc" errorCode="lost"/>'
)


def draw(process: str, nodes: Mapping[str, str], flows: Mapping[str, tuple[str, str, str]]) -> bytes:
    """A BPMN file. `nodes`: id → "tag | attributes | inner XML"; `flows`: id → source, target, condition."""
    body, shapes = [], []
    for place, (id, text) in enumerate(nodes.items()):
        tag, attributes, inner = (part.strip() for part in (text + "||").split("|")[:3])
        label = "" if "name=" in attributes else f' name="Bước {id}"'
        body.append(f'<bpmn:{tag} id="{id}"{label} {attributes}>{inner}</bpmn:{tag}>')
        shapes.append(_shape(id, 100 + 150 * place, 100))
    for id, (source, target, condition) in flows.items():
        inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
        ends = f'sourceRef="{source}" targetRef="{target}"'
        body.append(f'<bpmn:sequenceFlow id="{id}" {ends}>{inner}</bpmn:sequenceFlow>')
        shapes.append(f'<bpmndi:BPMNEdge bpmnElement="{id}">{WAY}</bpmndi:BPMNEdge>')
    lane = f"lane_{process}"
    refs = "".join(f"<bpmn:flowNodeRef>{id}</bpmn:flowNodeRef>" for id in nodes)
    lanes = f'<bpmn:laneSet><bpmn:lane id="{lane}" name="clerk">{refs}</bpmn:lane></bpmn:laneSet>'
    plane = _shape(lane, 50, 50) + "".join(shapes)
    return (
        f'<bpmn:definitions {NAMESPACES} id="file_{process}" targetNamespace="urn:test">{GLOBALS}'
        f'<bpmn:process id="{process}" isExecutable="true">{lanes}{"".join(body)}</bpmn:process>'
        f'<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="{process}">{plane}</bpmndi:BPMNPlane>'
        "</bpmndi:BPMNDiagram></bpmn:definitions>"
    ).encode()


def _shape(id: str, x: int, y: int) -> str:
    bounds = f'<dc:Bounds x="{x}" y="{y}" width="100" height="80"/>'
    return f'<bpmndi:BPMNShape id="shape_{id}" bpmnElement="{id}">{bounds}</bpmndi:BPMNShape>'


def operator(id: str) -> str:
    return f'<bpmn:extensionElements><spiff:serviceTaskOperator id="{id}"/></bpmn:extensionElements>'


TRIP = draw(
    "trip",
    {
        "set_out": "startEvent",
        "ask": "userTask",
        "allowed": 'exclusiveGateway | default="is_allowed"',
        "stay": "endEvent",
        "weather": f"serviceTask | | {operator('weather')}",
        "errand": 'callActivity | calledElement="errand"',
        "called_off": 'boundaryEvent | attachedToRef="errand" |'
        '<bpmn:messageEventDefinition messageRef="message_stop"/>',
        "astray": 'boundaryEvent | attachedToRef="errand" |'
        '<bpmn:errorEventDefinition errorRef="error_lost"/>',
        "stopped": "endEvent",
        "gone_astray": "endEvent",
        "way_home": "businessRuleTask | | <bpmn:extensionElements>"
        "<spiff:calledDecisionId>way_home_table</spiff:calledDecisionId></bpmn:extensionElements>",
        "is_far": 'exclusiveGateway | default="is_near"',
        "rest": "intermediateCatchEvent | | <bpmn:timerEventDefinition>"
        '<bpmn:timeDate>due("rested")</bpmn:timeDate></bpmn:timerEventDefinition>',
        "rested": "endEvent",
        "home": "endEvent",
    },
    {
        "f1": ("set_out", "ask", ""),
        "f2": ("ask", "allowed", ""),
        "is_refused": ("allowed", "stay", 'ask == "no"'),
        "is_allowed": ("allowed", "weather", ""),
        "f3": ("weather", "errand", ""),
        "f4": ("called_off", "stopped", ""),
        "f5": ("astray", "gone_astray", ""),
        "f6": ("errand", "way_home", ""),
        "f7": ("way_home", "is_far", ""),
        "is_long": ("is_far", "rest", 'way == "long"'),
        "is_near": ("is_far", "home", ""),
        "f8": ("rest", "rested", ""),
    },
)
ERRAND = draw(
    "errand",
    {
        "errand_begins": "startEvent",
        "shops": f"serviceTask | | {operator('shops')}",
        "split": "parallelGateway",
        "visit": "userTask | | <bpmn:multiInstanceLoopCharacteristics>"
        "<bpmn:loopDataInputRef>shops</bpmn:loopDataInputRef>"
        '<bpmn:inputDataItem id="item" name="item"/></bpmn:multiInstanceLoopCharacteristics>',
        "guard": "userTask",
        "join": "parallelGateway",
        "found": 'exclusiveGateway | default="is_found"',
        "errand_done": "endEvent",
        "lost": 'endEvent | | <bpmn:errorEventDefinition errorRef="error_lost"/>',
    },
    {
        "e1": ("errand_begins", "shops", ""),
        "e2": ("shops", "split", ""),
        "e3": ("split", "visit", ""),
        "e4": ("split", "guard", ""),
        "e5": ("visit", "join", ""),
        "e6": ("guard", "join", ""),
        "e7": ("join", "found", ""),
        "is_found": ("found", "errand_done", ""),
        "is_lost": ("found", "lost", 'guard in ("asleep", "away")'),
    },
)


def rule(id: str, cells: tuple[str, str], way: str) -> str:
    entries = "".join(f"<inputEntry><text>{cell}</text></inputEntry>" for cell in cells)
    return f'<rule id="{id}">{entries}<outputEntry><text>{way}</text></outputEntry></rule>'


def column(name: str, words: str) -> str:
    values = f"<inputValues><text>{words}</text></inputValues>"
    asked = f"<inputExpression><text>{name}</text></inputExpression>"
    return f'<input id="in_{name}">{asked}{values}</input>'


WAY_HOME = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="w" name="w" namespace="urn:t">'
    '<decision id="way_home_table" name="Đường về"><decisionTable id="t" hitPolicy="UNIQUE">'
    + column("weather", '"dry","wet"')
    + column("ask", '"yes","maybe"')
    + '<output id="out" name="way"/>'
    + rule("dry_day", ('"dry"', "-"), '"short"')
    + rule("wet_yes", ('"wet"', '"yes"'), '"long"')
    + rule("wet_maybe", ('"wet"', 'not("yes")'), '"short"')
    + "</decisionTable></decision></definitions>"
).encode()

GOOD: Mapping[str, bytes] = {"trip.bpmn": TRIP, "errand.bpmn": ERRAND, "way_home.dmn": WAY_HOME}


def spoilt(file: str, *changes: tuple[str, str]) -> dict[str, bytes]:
    """The good models with text of one file replaced; ("@id", tag) renames an element."""
    text = GOOD[file].decode()
    for old, new in changes:
        if old.startswith("@"):
            text = _renamed(text, old.removeprefix("@"), new)
            continue
        assert old in text, old
        text = text.replace(old, new)
    return {**GOOD, file: text.encode()}


def _renamed(text: str, id: str, tag: str) -> str:
    """The model with another tag for one element."""
    root = etree.fromstring(text)
    element = root.find(f".//*[@id='{id}']")
    element.tag = f"{{{BPMN}}}{tag}"
    return etree.tostring(root, encoding="unicode")
