"""Rules about the path: flows, gateways, calls and errors that would be followed wrongly or not at all."""

from collections.abc import Callable, Mapping

from engine.errors import Text
from engine.models.structure import Found, Models, Names, ProcessModel, Step


def start(models: Models, names: Names) -> Found:
    for process in models.processes.values():
        starts = [step for step in process.steps if step.tag == "startEvent"]
        if len(starts) != 1:
            yield process.file, process.id, Text("Quy trình cần đúng một điểm bắt đầu.")
        if process.node.get("isExecutable") != "true":
            yield process.file, process.id, Text("Quy trình chưa đánh dấu là chạy được (isExecutable).")


def dead_end(models: Models, names: Names) -> Found:
    for process in models.processes.values():
        for step in process.steps:
            if step.tag != "endEvent" and not process.outgoing(step.id):
                yield step.file, step.id, Text("Từ bước này không đi đâu được.")


def unreachable(models: Models, names: Names) -> Found:
    for process in models.processes.values():
        starts = [step.id for step in process.steps if step.tag == "startEvent"]
        reached = {*starts, *(after for start in starts for after in process.after(start))}
        for step in process.steps:
            if step.id not in reached:
                yield step.file, step.id, Text("Không có đường nào đến bước này.")


def flow_ends(models: Models, names: Names) -> Found:
    for process in models.processes.values():
        for flow in process.flows:
            if flow.source not in process.by_id or flow.target not in process.by_id:
                yield process.file, flow.id, Text("Luồng này không nối hai bước của cùng một quy trình.")


def two_flows(models: Models, names: Names) -> Found:
    for process in models.processes.values():
        for step in process.steps:
            if not step.tag.endswith("Gateway") and len(process.outgoing(step.id)) > 1:
                yield step.file, step.id, Text("Chỉ cổng mới có nhiều luồng ra.")


def conditional_flow(models: Models, names: Names) -> Found:
    for process in models.processes.values():
        for flow in process.flows:
            source = process.by_id.get(flow.source)
            if flow.condition and source is not None and source.tag != "exclusiveGateway":
                yield (
                    process.file,
                    flow.id,
                    Text("Điều kiện này bị bỏ qua: chỉ cổng loại trừ mới xét điều kiện."),
                )


def gateway_default(models: Models, names: Names) -> Found:
    for process in models.processes.values():
        for step in process.steps:
            outgoing = process.outgoing(step.id)
            if step.tag != "exclusiveGateway" or len(outgoing) < 2:
                continue
            default = step.node.get("default")
            if default not in {flow.id for flow in outgoing}:
                yield step.file, step.id, Text("Cổng cần một luồng mặc định, để không hồ sơ nào mắc lại.")
            for flow in outgoing:
                if (flow.condition is None) != (flow.id == default):
                    yield (
                        step.file,
                        flow.id,
                        Text("Mỗi luồng ra khỏi cổng, trừ luồng mặc định, cần một điều kiện."),
                    )


def join_in_loop(models: Models, names: Names) -> Found:
    for process in models.processes.values():
        for step in process.steps:
            if step.tag == "parallelGateway" and step.id in process.after(step.id):
                yield (
                    step.file,
                    step.id,
                    Text("Cổng song song trong vòng lặp nổ quá sớm ở vòng sau; hãy tách thành chặng."),
                )


def parallel_writes(models: Models, names: Names) -> Found:
    for process in models.processes.values():
        for step in process.steps:
            if step.tag == "parallelGateway" and len(process.outgoing(step.id)) > 1:
                for name in _written_twice(models, process, step):
                    yield (
                        step.file,
                        step.id,
                        Text("Hai nhánh song song cùng ghi “{name}”: một nhánh sẽ mất.", name=name),
                    )


def _written_twice(models: Models, process: ProcessModel, split: Step) -> list[str]:
    branches = [_branch(process, flow.target) for flow in process.outgoing(split.id)]
    shared = set.intersection(*branches) if branches else set()
    seen: set[str] = set()
    twice: set[str] = set()
    for branch in branches:
        own = {n for id in branch - shared for n in models.written_by(process.by_id[id])}
        twice |= own & seen
        seen |= own
    return sorted(twice)


def _branch(process: ProcessModel, first: str) -> set[str]:
    """The steps of one branch, and all that follow: what all branches share lies behind the join."""
    return {id for id in {first} | process.after(first) if id in process.by_id}


def called_element(models: Models, names: Names) -> Found:
    for step in models.steps("callActivity"):
        called = step.node.get("calledElement")
        if called not in models.processes:
            yield step.file, step.id, Text("Không có quy trình “{called}” để gọi.", called=called or "")


def called_cycle(models: Models, names: Names) -> Found:
    for process in models.processes.values():
        for step in process.steps:
            if step.tag == "callActivity" and process.id in _called_from(
                models, step.node.get("calledElement", "")
            ):
                yield step.file, step.id, Text("Quy trình gọi vòng lại chính nó.")


def _called_from(models: Models, process: str) -> set[str]:
    reached: set[str] = set()
    stack = [process]
    while stack:
        here = stack.pop()
        if here in models.processes and here not in reached:
            reached.add(here)
            steps = models.processes[here].steps
            stack.extend(s.node.get("calledElement", "") for s in steps if s.tag == "callActivity")
    return reached


def uncaught_error(models: Models, names: Names) -> Found:
    for step in models.steps("endEvent"):
        if "error" in step.definitions() and not _caught(
            models, step.process, models.error_code(step), frozenset()
        ):
            yield step.file, step.id, Text("Không chặng nào bắt lỗi này: hồ sơ sẽ dừng mà không ai biết.")


def _caught(models: Models, process: str, code: str | None, seen: frozenset[str]) -> bool:
    """Whether every call of a process, or a call around it, has a boundary event for this error."""
    calls = [step for step in models.steps("callActivity") if step.node.get("calledElement") == process]
    if not calls or not code or process in seen:
        return False
    return all(
        any(_catches(models, event, call, code) for event in models.processes[call.process].steps)
        or _caught(models, call.process, code, seen | {process})
        for call in calls
    )


def _catches(models: Models, event: Step, call: Step, code: str) -> bool:
    attached = event.tag == "boundaryEvent" and event.node.get("attachedToRef") == call.id
    return attached and "error" in event.definitions() and models.error_code(event) == code


RULES: Mapping[str, Callable[[Models, Names], Found]] = {
    "start": start,
    "dead_end": dead_end,
    "unreachable": unreachable,
    "flow_ends": flow_ends,
    "two_flows": two_flows,
    "conditional_flow": conditional_flow,
    "gateway_default": gateway_default,
    "join_in_loop": join_in_loop,
    "parallel_writes": parallel_writes,
    "called_element": called_element,
    "called_cycle": called_cycle,
    "uncaught_error": uncaught_error,
}
