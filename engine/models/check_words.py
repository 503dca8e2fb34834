"""Rules about words: conditions, timers, services, lanes, forms and labels."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping

from engine.errors import Text
from engine.models.structure import Flow, Found, Models, Names, Step
from engine.models.xml import find
from engine.process.expressions import Expression, Forbidden, read

REGISTRY = "registry"  # stands for the file of a name that no model uses
DUE = re.compile(r'due\("([a-z][a-z0-9_]*)"\)')


def _conditions(models: Models) -> Iterator[tuple[str, Flow, str]]:
    for process in models.processes.values():
        for flow in process.flows:
            if flow.condition is not None:
                yield process.file, flow, flow.condition


def _readable(models: Models) -> Iterator[tuple[str, Flow, Expression]]:
    for file, flow, source in _conditions(models):
        try:
            yield file, flow, read(source)
        except Forbidden:
            continue


def _timers(models: Models) -> Iterator[tuple[Step, str | None]]:
    """Each timer event and the text of its timeDate, None where it is another kind of timer."""
    for step in models.steps():
        for definition in find(step.node, "./bpmn:timerEventDefinition"):
            dates = find(definition, "./bpmn:timeDate")
            yield step, (dates[0].text or "").strip() if dates else None


def has_number(source: str) -> bool:
    try:
        nodes = ast.walk(ast.parse(source.strip(), mode="eval"))
    except (SyntaxError, ValueError):
        return False
    return any(isinstance(n, ast.Constant) and type(n.value) in (int, float, complex) for n in nodes)


def number(models: Models, names: Names) -> Found:
    message = Text("Mô hình không chứa con số: con số thuộc về quy định theo ngày.")
    for file, flow, source in _conditions(models):
        if has_number(source):
            yield file, flow.id, message
    for step, text in _timers(models):
        if text and has_number(text):
            yield step.file, step.id, message
    for id, (file, node, _, _) in models.decisions.items():
        if any(has_number(cell.text or "") for cell in node.iter("{*}text")):
            yield file, id, message


def expression(models: Models, names: Names) -> Found:
    for file, flow, source in _conditions(models):
        try:
            read(source)
        except Forbidden as error:
            if not has_number(source):
                yield file, flow.id, Text("Điều kiện không hợp lệ: {reason}.", reason=str(error))


def unknown_function(models: Models, names: Names) -> Found:
    for file, flow, condition in _readable(models):
        for function, _ in sorted(condition.calls):
            yield file, flow.id, Text("Điều kiện không được gọi hàm “{function}”.", function=function)


def unknown_word(models: Models, names: Names) -> Found:
    for file, flow, condition in _readable(models):
        for name in sorted(condition.names - models.written.keys()):
            yield file, flow.id, Text("Không bước nào ghi “{name}”.", name=name)


def impossible_word(models: Models, names: Names) -> Found:
    for file, flow, condition in _readable(models):
        for name, word in sorted(condition.compared):
            possible = models.written.get(name)
            if possible is not None and word not in possible:
                yield file, flow.id, Text("“{name}” không bao giờ là “{word}”.", name=name, word=word)


def timer_kind(models: Models, names: Names) -> Found:
    for step, text in _timers(models):
        if text is None:
            yield (
                step.file,
                step.id,
                Text("Chỉ dùng mốc chờ theo ngày (timeDate): hạn và chu kỳ thuộc về quy định."),
            )


def timer_expression(models: Models, names: Names) -> Found:
    for step, text in _timers(models):
        if text is not None and not DUE.fullmatch(text) and not has_number(text):
            yield step.file, step.id, Text('Mốc chờ phải viết là due("tên"), tên trong ngoặc kép.')


def unknown_due(models: Models, names: Names) -> Found:
    for step, text in _timers(models):
        due = DUE.fullmatch(text or "")
        if due and due.group(1) not in names.dues:
            yield step.file, step.id, Text("Không có mốc thời gian “{name}”.", name=due.group(1))


def service_operator(models: Models, names: Names) -> Found:
    for step in models.steps("serviceTask"):
        operator = step.extension("serviceTaskOperator")
        if operator is None:
            yield step.file, step.id, Text("Bước tự động không nêu dịch vụ nào: hồ sơ sẽ dừng mãi ở đây.")
        elif operator.get("id") != step.id:
            yield step.file, step.id, Text("Dịch vụ phải mang tên của bước.")


def unknown_service(models: Models, names: Names) -> Found:
    for step in models.steps("serviceTask"):
        if step.extension("serviceTaskOperator") is not None and step.id not in names.services:
            yield step.file, step.id, Text("Không có dịch vụ “{name}”.", name=step.id)


def no_lane(models: Models, names: Names) -> Found:
    for process in models.processes.values():
        for step in process.steps:
            if step.tag == "userTask" and step.id not in process.lanes:
                yield step.file, step.id, Text("Nhiệm vụ này không nằm trong làn nào: không ai làm.")


def unknown_lane(models: Models, names: Names) -> Found:
    for process in models.processes.values():
        for lane in sorted(set(process.lanes.values()) - set(names.lanes)):
            yield process.file, lane or process.id, Text("Không có vai trò “{lane}”.", lane=lane)


def unknown_form(models: Models, names: Names) -> Found:
    for step in models.steps("userTask"):
        if step.id not in names.forms:
            yield step.file, step.id, Text("Không có biểu mẫu “{name}”.", name=step.id)


def unused_name(models: Models, names: Names) -> Found:
    """The other way round: what the house has a name for must stand in some model."""
    dues = {due.group(1) for _, text in _timers(models) if (due := DUE.fullmatch(text or ""))}
    used = {step.id for step in models.steps("userTask", "serviceTask")}
    lanes = {lane for process in models.processes.values() for lane in process.lanes.values()}
    known = [(names.services, used), (names.forms, used), (names.dues, dues), (names.lanes, lanes)]
    for said, standing in known:
        for name in sorted(set(said) - standing):
            yield REGISTRY, name, Text("Không mô hình nào dùng “{name}”.", name=name)


def list_source(models: Models, names: Names) -> Found:
    services = {step.id for step in models.steps("serviceTask")}
    for step in models.steps():
        for ref in find(step.node, "./bpmn:multiInstanceLoopCharacteristics/bpmn:loopDataInputRef"):
            if (ref.text or "").strip() not in services:
                yield (
                    step.file,
                    step.id,
                    Text("Danh sách “{name}” không do bước tự động nào lập.", name=ref.text or ""),
                )


def label(models: Models, names: Names) -> Found:
    for process in models.processes.values():
        for step in process.steps:
            asks = step.tag == "exclusiveGateway" and len(process.outgoing(step.id)) > 1
            if not step.label and (asks or not step.tag.endswith("Gateway")):
                yield step.file, step.id, Text("Bước này chưa có tên tiếng Việt.")


def message_name(models: Models, names: Names) -> Found:
    for step in models.steps():
        if "message" in step.definitions() and not models.message_name(step):
            yield step.file, step.id, Text("Sự kiện này chờ một thông điệp không có tên.")


RULES: Mapping[str, Callable[[Models, Names], Found]] = {
    "number": number,
    "expression": expression,
    "unknown_function": unknown_function,
    "unknown_word": unknown_word,
    "impossible_word": impossible_word,
    "timer_kind": timer_kind,
    "timer_expression": timer_expression,
    "unknown_due": unknown_due,
    "service_operator": service_operator,
    "unknown_service": unknown_service,
    "no_lane": no_lane,
    "unknown_lane": unknown_lane,
    "unknown_form": unknown_form,
    "unused_name": unused_name,
    "list_source": list_source,
    "label": label,
    "message_name": message_name,
}
