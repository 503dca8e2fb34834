"""Each rule of the check against a model that breaks it, with the element that must be named."""

from dataclasses import dataclass

import pytest

from engine.models.check import FILE_RULES, RULES, check
from engine.models.check_words import DUE
from engine.models.structure import read_models
from engine.models.xml import parse_xml
from tests.engine.models.drawn import GOOD, column, rule, spoilt
from tests.engine.process.cases import KINDS

TRIP, ERRAND, DMN = "trip.bpmn", "errand.bpmn", "way_home.dmn"


@dataclass(frozen=True)
class Known:
    services: frozenset[str] = frozenset({"weather", "shops"})
    dues: frozenset[str] = frozenset({"rested"})
    lanes: frozenset[str] = frozenset({"clerk"})
    forms: frozenset[str] = frozenset({"ask", "visit", "guard"})


def inside(id: str, label: str, xml: str) -> list[tuple[str, str]]:
    """Put something into an element that has nothing in it."""
    return [(f'id="{id}" name="{label}" >', f'id="{id}" name="{label}" >{xml}')]


def event(kind: str) -> list[tuple[str, str]]:
    return inside("home", "Bước home", f"<bpmn:{kind}EventDefinition/>")


OTHER_SPLIT = [
    (
        '<bpmn:startEvent id="errand_begins"',
        '<bpmn:parallelGateway id="again"/><bpmn:startEvent id="errand_begins"',
    ),
    ('id="e7" sourceRef="join" targetRef="found"', 'id="e7" sourceRef="join" targetRef="again"'),
    (
        '<bpmn:sequenceFlow id="e1"',
        '<bpmn:sequenceFlow id="back" sourceRef="again" targetRef="split"/>'
        '<bpmn:sequenceFlow id="on" sourceRef="again" targetRef="found"/><bpmn:sequenceFlow id="e1"',
    ),
]
ASKS = (
    "<bpmn:extensionElements><spiff:calledDecisionId>way_home_table</spiff:calledDecisionId>"
    "</bpmn:extensionElements>"
)
LOOP = "<bpmn:multiInstanceLoopCharacteristics>"

# rule, file, changes to the good models, the elements that must be named
BROKEN = [
    ("script_task", TRIP, [("@weather", "scriptTask")], {"weather"}),
    ("plain_task", TRIP, [("@ask", "task")], {"ask"}),
    ("plain_task", TRIP, [("@ask", "manualTask")], {"ask"}),
    ("send_task", TRIP, [("@ask", "sendTask")], {"ask"}),
    ("send_task", TRIP, [("@ask", "receiveTask")], {"ask"}),
    ("ad_hoc", TRIP, [("@ask", "adHocSubProcess")], {"ask"}),
    ("event_gateway", ERRAND, [("@split", "eventBasedGateway")], {"split"}),
    ("complex_gateway", ERRAND, [("@found", "complexGateway")], {"found"}),
    ("inclusive_gateway", ERRAND, [("@found", "inclusiveGateway")], {"found"}),
    ("throw_event", TRIP, [("@rest", "intermediateThrowEvent")], {"rest"}),
    ("signal", TRIP, event("signal"), {"home"}),
    ("compensation", TRIP, event("compensate"), {"home"}),
    ("link", TRIP, event("link"), {"home"}),
    ("conditional_event", TRIP, event("conditional"), {"home"}),
    ("escalation", TRIP, event("escalation"), {"home"}),
    ("terminate", TRIP, event("terminate"), {"home"}),
    ("cancel_event", TRIP, event("cancel"), {"home"}),
    ("unknown_construct", TRIP, [("@ask", "choreographyTask")], {"ask"}),
    (
        "event_subprocess",
        TRIP,
        [("</bpmn:process>", '<bpmn:subProcess id="sub" triggeredByEvent="true"/></bpmn:process>')],
        {"sub"},
    ),
    ("embedded_subprocess", TRIP, [("@ask", "subProcess")], {"ask"}),
    ("event_kind", TRIP, inside("set_out", "Bước set_out", "<bpmn:timerEventDefinition/>"), {"set_out"}),
    ("event_kind", TRIP, [('<bpmn:messageEventDefinition messageRef="message_stop"/>', "")], {"called_off"}),
    (
        "event_kind",
        TRIP,
        [("<bpmn:errorEventDefinition", "<bpmn:timerEventDefinition/><bpmn:errorEventDefinition")],
        {"astray"},
    ),
    (
        "non_interrupting",
        TRIP,
        [('id="called_off"', 'id="called_off" cancelActivity="false"')],
        {"called_off"},
    ),
    (
        "script",
        TRIP,
        inside(
            "ask",
            "Bước ask",
            "<bpmn:extensionElements><spiff:preScript>x=1</spiff:preScript></bpmn:extensionElements>",
        ),
        {"ask"},
    ),
    ("data", TRIP, inside("ask", "Bước ask", "<bpmn:dataOutputAssociation/>"), {"ask"}),
    ("loop_marker", TRIP, inside("ask", "Bước ask", "<bpmn:standardLoopCharacteristics/>"), {"ask"}),
    ("loop_marker", ERRAND, [(LOOP, LOOP.replace(">", ' isSequential="true">'))], {"visit"}),
    (
        "loop_marker",
        ERRAND,
        [
            (
                "<bpmn:loopDataInputRef>shops</bpmn:loopDataInputRef>",
                "<bpmn:loopCardinality>3</bpmn:loopCardinality>",
            )
        ],
        {"visit"},
    ),
    (
        "loop_marker",
        ERRAND,
        [('name="item"/>', 'name="item"/><bpmn:completionCondition>x</bpmn:completionCondition>')],
        {"visit"},
    ),
    ("loop_marker", ERRAND, [("@visit", "callActivity")], {"visit"}),
    ("element_id", TRIP, [('"ask"', '"Ask-1"')], {"Ask-1"}),
    ("duplicate_id", TRIP, [('"ask"', '"guard"')], {"guard"}),
    ("start", ERRAND, [('isExecutable="true"', 'isExecutable="false"')], {"errand"}),
    ("start", ERRAND, [("@errand_begins", "userTask")], {"errand"}),
    ("dead_end", TRIP, [('sourceRef="rest"', 'sourceRef="weather"')], {"rest"}),
    ("unreachable", TRIP, [('targetRef="rest"', 'targetRef="home"')], {"rest", "rested"}),
    ("flow_ends", TRIP, [('targetRef="rested"', 'targetRef="errand_done"')], {"f8"}),
    ("two_flows", TRIP, [('sourceRef="rest"', 'sourceRef="weather"')], {"weather"}),
    (
        "conditional_flow",
        TRIP,
        [
            (
                'sourceRef="ask" targetRef="allowed">',
                'sourceRef="ask" targetRef="allowed"><bpmn:conditionExpression>a</bpmn:conditionExpression>',
            )
        ],
        {"f2"},
    ),
    ("gateway_default", TRIP, [(' default="is_near"', "")], {"is_far", "is_near"}),
    (
        "gateway_default",
        TRIP,
        [('<bpmn:conditionExpression>way == "long"</bpmn:conditionExpression>', "")],
        {"is_long"},
    ),
    ("join_in_loop", ERRAND, OTHER_SPLIT, {"split", "join", "again"}),
    (
        "parallel_writes",
        ERRAND,
        [
            *inside("guard", "Bước guard", ASKS),
            (LOOP, ASKS + LOOP),
            ("@guard", "businessRuleTask"),
            ("@visit", "businessRuleTask"),
        ],
        {"split"},
    ),
    ("called_element", TRIP, [('calledElement="errand"', 'calledElement="nothing"')], {"errand"}),
    ("called_cycle", TRIP, [('calledElement="errand"', 'calledElement="trip"')], {"errand"}),
    ("uncaught_error", TRIP, [('errorRef="error_lost"', 'errorRef="error_other"')], {"lost"}),
    ("number", TRIP, [('way == "long"', "way == 3")], {"is_long"}),
    ("number", TRIP, [('due("rested")', "5")], {"rest"}),
    ("number", DMN, [('<text>"short"</text>', "<text>7</text>")], {"way_home_table"}),
    ("expression", TRIP, [('way == "long"', "way.upper")], {"is_long"}),
    ("expression", TRIP, [('way == "long"', "[w for w in way]")], {"is_long"}),
    ("unknown_function", TRIP, [('way == "long"', 'today("x") == way')], {"is_long"}),
    ("unknown_word", TRIP, [('ask == "no"', 'aks == "no"')], {"is_refused"}),
    ("impossible_word", TRIP, [('way == "long"', 'way == "lnog"')], {"is_long"}),
    ("timer_kind", TRIP, [("bpmn:timeDate", "bpmn:timeDuration")], {"rest"}),
    ("timer_kind", TRIP, [("bpmn:timeDate", "bpmn:timeCycle")], {"rest"}),
    ("timer_expression", TRIP, [('due("rested")', "P12M")], {"rest"}),
    ("unknown_due", TRIP, [('due("rested")', 'due("restful")')], {"rest"}),
    ("service_operator", TRIP, [('<spiff:serviceTaskOperator id="weather"/>', "")], {"weather"}),
    ("service_operator", TRIP, [('Operator id="weather"', 'Operator id="shops"')], {"weather"}),
    ("unknown_service", TRIP, [('"weather"', '"wether"')], {"wether"}),
    ("no_lane", TRIP, [("<bpmn:flowNodeRef>ask</bpmn:flowNodeRef>", "")], {"ask"}),
    ("unknown_lane", TRIP, [('name="clerk"', 'name="clark"')], {"clark"}),
    ("unknown_form", TRIP, [('"ask"', '"asking"')], {"asking"}),
    ("list_source", ERRAND, [("Ref>shops<", "Ref>guard<")], {"visit"}),
    ("label", TRIP, [('name="Bước ask"', 'name=" "')], {"ask"}),
    ("message_name", TRIP, [('messageRef="message_stop"', 'messageRef="message_other"')], {"called_off"}),
    ("called_decision", TRIP, [(">way_home_table<", ">no_table<")], {"way_home"}),
    ("decision_cell", DMN, [('<text>"yes"</text>', "<text>yes</text>")], {"way_home_table"}),
    ("decision_cell", DMN, [('<text>"short"</text>', "<text>way</text>")], {"way_home_table"}),
    ("decision_policy", DMN, [("UNIQUE", "FIRST")], {"way_home_table"}),
    (
        "decision_input",
        DMN,
        [(column("ask", '"yes","maybe"'), column("aks", '"yes","maybe"'))],
        {"way_home_table"},
    ),
    (
        "decision_input",
        DMN,
        [('<inputValues><text>"yes","maybe"</text></inputValues>', "")],
        {"way_home_table"},
    ),
    ("decision_gap", DMN, [(rule("wet_yes", ('"wet"', '"yes"'), '"long"'), "")], {"way_home_table"}),
    (
        "decision_gap",
        DMN,
        [('"yes","maybe"', '"yes","maybe","never"'), ('not("yes")', '"maybe"')],
        {"way_home_table"},
    ),
    ("decision_overlap", DMN, [('not("yes")', "-")], {"wet_maybe"}),
    ("decision_word", DMN, [('<text>"yes"</text>', '<text>"yse"</text>')], {"wet_yes"}),
    ("unused_decision", TRIP, [(">way_home_table<", ">no_table<")], {"way_home_table"}),
    ("not_drawn", TRIP, [('bpmnElement="ask"', 'bpmnElement="other"')], {"ask"}),
    ("not_drawn", TRIP, [('bpmnElement="f2"', 'bpmnElement="other"')], {"f2"}),
    ("not_drawn", TRIP, [('bpmnElement="lane_trip"', 'bpmnElement="other"')], {"lane_trip"}),
    ("overlap", TRIP, [('x="250"', 'x="150"')], {"ask"}),
    (
        "unreadable",
        TRIP,
        [('<bpmn:message id="message_stop"', '<bpmn:message name="x"/><bpmn:message id="message_stop"')],
        {"trip"},
    ),
    ("doctype", TRIP, [("<bpmn:definitions", '<!DOCTYPE x [<!ENTITY e "e">]><bpmn:definitions')], {TRIP}),
    ("xml", TRIP, [("</bpmn:definitions>", "")], {TRIP}),
]


@pytest.mark.parametrize(
    ("rule_id", "file", "changes", "named"), BROKEN, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_model_that_breaks_a_rule_is_refused_with_its_element(rule_id, file, changes, named) -> None:
    findings = [finding for finding in check(spoilt(file, *changes), Known()) if finding.rule == rule_id]
    assert {finding.element for finding in findings} == named
    assert all(str(finding.message) for finding in findings)


def test_good_models_are_clean() -> None:
    assert check(GOOD, Known()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_models_of_the_house_break_no_rule(kind: str) -> None:
    files = KINDS[kind]()
    models = read_models({name: parse_xml(content, name) for name, content in files.items()})
    names = Known(
        services=frozenset(step.id for step in models.steps("serviceTask")),
        dues=frozenset(DUE.findall(b"".join(files.values()).decode())),
        lanes=frozenset(lane for process in models.processes.values() for lane in process.lanes.values()),
        forms=frozenset(step.id for step in models.steps("userTask")),
    )
    assert check(files, names) == []


@pytest.mark.parametrize("kind", ["services", "dues", "lanes", "forms"])
def test_a_name_that_no_model_uses_is_told(kind: str) -> None:
    names = Known(**{kind: getattr(Known(), kind) | {"forgotten"}})
    assert [(f.element, f.rule) for f in check(GOOD, names)] == [("forgotten", "unused_name")]


def test_every_rule_has_a_model_that_breaks_it() -> None:
    tried = {rule_id for rule_id, _, _, named in BROKEN if named}
    assert (RULES.keys() | set(FILE_RULES)) - tried == {"unused_name"}
