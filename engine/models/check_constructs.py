"""Rules about BPMN constructs: what may stand in a model at all."""

import re
from collections.abc import Callable, Mapping

from engine.errors import Text
from engine.models.structure import Found, Models, Names, Step
from engine.models.xml import Node, find
from engine.process.specs import ACTIVITIES, EVENTS

ALLOWED = EVENTS | ACTIVITIES | {"exclusiveGateway", "parallelGateway"}

# Tag → rule and reason. A tag in neither table is refused by the rule "unknown_construct".
REFUSED: Mapping[str, tuple[str, Text]] = {
    "scriptTask": ("script_task", Text("Không cho phép chạy mã trong mô hình; hãy dùng serviceTask.")),
    "task": (
        "plain_task",
        Text("Nhiệm vụ không có loại sẽ đứng chờ mãi; hãy dùng userTask hoặc serviceTask."),
    ),
    "manualTask": ("plain_task", Text("Nhiệm vụ làm tay không có biểu mẫu; hãy dùng userTask.")),
    "sendTask": ("send_task", Text("Không dùng nhiệm vụ gửi, nhận; thông báo do ứng dụng gửi.")),
    "receiveTask": ("send_task", Text("Không dùng nhiệm vụ gửi, nhận; thông báo do ứng dụng gửi.")),
    "adHocSubProcess": ("ad_hoc", Text("Không dùng quy trình con tùy ý (ad-hoc).")),
    "eventBasedGateway": ("event_gateway", Text("Không dùng cổng chờ sự kiện; hãy dùng sự kiện biên.")),
    "complexGateway": ("complex_gateway", Text("Không dùng cổng phức hợp.")),
    "inclusiveGateway": ("inclusive_gateway", Text("Không dùng cổng bao gồm; hãy dùng cổng song song.")),
    "intermediateThrowEvent": (
        "throw_event",
        Text("Không dùng sự kiện phát giữa chừng: có loại bị bỏ qua lặng lẽ."),
    ),
}

WRONG_EVENTS: Mapping[str, tuple[str, Text]] = {
    "signal": ("signal", Text("Sự kiện tín hiệu bị bỏ qua lặng lẽ.")),
    "compensate": ("compensation", Text("Sự kiện bù trừ bị bỏ qua lặng lẽ.")),
    "link": ("link", Text("Sự kiện liên kết bị bỏ qua lặng lẽ, luồng đứt ở đó.")),
    "conditional": ("conditional_event", Text("Sự kiện điều kiện chỉ xét dữ liệu cũ của chính nó.")),
    "escalation": ("escalation", Text("Không dùng sự kiện leo thang; hãy dùng lỗi hoặc thông điệp.")),
    "terminate": (
        "terminate",
        Text("Không dùng kết thúc cưỡng bức; hãy dùng kết thúc lỗi có sự kiện biên bắt."),
    ),
    "cancel": ("cancel_event", Text("Không dùng sự kiện hủy giao dịch.")),
}

ALLOWED_EVENTS: Mapping[str, frozenset[str]] = {
    "startEvent": frozenset(),
    "endEvent": frozenset({"error"}),
    "intermediateCatchEvent": frozenset({"timer", "message"}),
    "boundaryEvent": frozenset({"timer", "message", "error"}),
}

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")


def _tag_rule(rule: str) -> Callable[[Models, Names], Found]:
    def refused(models: Models, names: Names) -> Found:
        for step in models.steps():
            if REFUSED.get(step.tag, ("", None))[0] == rule:
                yield step.file, step.id, REFUSED[step.tag][1]

    return refused


def _event_rule(rule: str) -> Callable[[Models, Names], Found]:
    def refused(models: Models, names: Names) -> Found:
        for step in models.steps():
            for definition in step.definitions():
                if WRONG_EVENTS.get(definition, ("", None))[0] == rule:
                    yield step.file, step.id, WRONG_EVENTS[definition][1]

    return refused


def unknown_construct(models: Models, names: Names) -> Found:
    known = ALLOWED | REFUSED.keys() | SUBPROCESSES
    for step in models.steps():
        if step.tag not in known:
            yield step.file, step.id, Text("Không dùng {tag} trong mô hình.", tag=step.tag)


SUBPROCESSES = frozenset({"subProcess", "transaction"})


def event_subprocess(models: Models, names: Names) -> Found:
    for step in models.steps("subProcess"):
        if step.node.get("triggeredByEvent") == "true":
            yield (
                step.file,
                step.id,
                Text("Quy trình con theo sự kiện chạy sai; hãy dùng sự kiện biên của chặng."),
            )


def embedded_subprocess(models: Models, names: Names) -> Found:
    for step in models.steps(*SUBPROCESSES):
        if step.node.get("triggeredByEvent") != "true":
            yield (
                step.file,
                step.id,
                Text("Không nhúng quy trình con; hãy gọi một quy trình khác bằng callActivity."),
            )


def event_kind(models: Models, names: Names) -> Found:
    for step in models.steps(*ALLOWED_EVENTS):
        definitions = [d for d in step.definitions() if d not in WRONG_EVENTS]
        unfit = [d for d in definitions if d not in ALLOWED_EVENTS[step.tag]]
        if unfit:
            yield step.file, step.id, Text("Sự kiện loại {kind} không dùng được ở đây.", kind=unfit[0])
        elif len(step.definitions()) > 1:
            yield step.file, step.id, Text("Mỗi sự kiện chỉ chờ một điều.")
        elif not step.definitions() and step.tag in ("intermediateCatchEvent", "boundaryEvent"):
            yield step.file, step.id, Text("Sự kiện này không chờ điều gì.")


def non_interrupting(models: Models, names: Names) -> Found:
    for step in models.steps("boundaryEvent"):
        if step.node.get("cancelActivity") == "false":
            yield step.file, step.id, Text("Sự kiện biên không ngắt chỉ chạy một lần; hãy để nó ngắt.")


def script(models: Models, names: Names) -> Found:
    for step in models.steps():
        for name in ("preScript", "postScript"):
            if step.extension(name) is not None:
                yield step.file, step.id, Text("Không cho phép {name}: mô hình không chạy mã.", name=name)


def data(models: Models, names: Names) -> Found:
    for step in models.steps():
        if find(
            step.node, "./bpmn:dataInputAssociation | ./bpmn:dataOutputAssociation | ./bpmn:ioSpecification"
        ):
            yield (
                step.file,
                step.id,
                Text("Không dùng dữ liệu vào ra của BPMN: mỗi bước ghi một từ dưới tên mình."),
            )


def loop_marker(models: Models, names: Names) -> Found:
    for step in models.steps():
        if find(step.node, "./bpmn:standardLoopCharacteristics"):
            yield step.file, step.id, Text("Không dùng dấu lặp; hãy vẽ vòng lặp bằng cổng.")
        for loop in find(step.node, "./bpmn:multiInstanceLoopCharacteristics"):
            fault = _loop_fault(step, loop)
            if fault is not None:
                yield step.file, step.id, fault


def _loop_fault(step: Step, loop: Node) -> Text | None:
    if step.tag != "userTask":
        return Text("Chỉ nhiệm vụ của người được lặp theo danh sách.")
    if loop.get("isSequential") == "true":
        return Text("Lặp theo danh sách phải song song.")
    if not find(loop, "./bpmn:loopDataInputRef") or not find(loop, "./bpmn:inputDataItem"):
        return Text("Lặp theo danh sách cần loopDataInputRef và inputDataItem.")
    if find(loop, "./bpmn:completionCondition | ./bpmn:loopCardinality | ./bpmn:loopDataOutputRef"):
        return Text("Lặp theo danh sách không có điều kiện dừng, số lần hay danh sách ra.")
    return None


def element_id(models: Models, names: Names) -> Found:
    for step in models.steps():
        if not IDENTIFIER.fullmatch(step.id):
            yield step.file, step.id, Text("Tên bước chỉ gồm chữ thường, chữ số và dấu gạch dưới.")


def duplicate_id(models: Models, names: Names) -> Found:
    seen: set[str] = set()
    for step in models.steps():
        if step.id in seen:
            yield (
                step.file,
                step.id,
                Text("Tên bước này đã có ở nơi khác; mỗi tên chỉ dùng một lần trong mọi mô hình."),
            )
        seen.add(step.id)
    for file, id in models.repeated:
        yield file, id, Text("Quy trình hoặc quyết định này có hai lần.")


RULES: Mapping[str, Callable[[Models, Names], Found]] = {
    **{rule: _tag_rule(rule) for rule in sorted({rule for rule, _ in REFUSED.values()})},
    **{rule: _event_rule(rule) for rule, _ in WRONG_EVENTS.values()},
    "unknown_construct": unknown_construct,
    "event_subprocess": event_subprocess,
    "embedded_subprocess": embedded_subprocess,
    "event_kind": event_kind,
    "non_interrupting": non_interrupting,
    "script": script,
    "data": data,
    "loop_marker": loop_marker,
    "element_id": element_id,
    "duplicate_id": duplicate_id,
}
