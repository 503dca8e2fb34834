"""Rules about decision tables: exactly one row for every case, and words that some step really writes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import combinations

from engine.errors import Text
from engine.models.check_words import has_number
from engine.models.structure import Found, Models, Names
from engine.process.decisions import Decision


def called_decision(models: Models, names: Names) -> Found:
    for step in models.steps("businessRuleTask"):
        decision = models.decision_of(step)
        if decision not in models.decisions:
            yield step.file, step.id, Text("Không có bảng quyết định “{name}”.", name=decision or "")


def decision_cell(models: Models, names: Names) -> Found:
    for id, (file, node, decision, reason) in models.decisions.items():
        if decision is None and not any(has_number(cell.text or "") for cell in node.iter("{*}text")):
            yield file, id, Text("Bảng quyết định không hợp lệ: {reason}.", reason=reason)


def decision_policy(models: Models, names: Names) -> Found:
    for file, decision in models.known_decisions().values():
        if decision.hit_policy != "UNIQUE":
            yield (
                file,
                decision.id,
                Text("Bảng quyết định phải có đúng một dòng cho mỗi trường hợp (UNIQUE)."),
            )


def decision_input(models: Models, names: Names) -> Found:
    for file, decision in models.known_decisions().values():
        for name, admitted in zip(decision.inputs, _admitted(models, decision), strict=True):
            if name not in models.written:
                yield file, decision.id, Text("Không bước nào ghi “{name}”.", name=name)
            elif admitted is None:
                yield (
                    file,
                    decision.id,
                    Text("Cột “{name}” chưa liệt kê các từ có thể (inputValues).", name=name),
                )


def decision_gap(models: Models, names: Names) -> Found:
    for file, decision in models.known_decisions().values():
        for words in _cases(models, decision):
            if not any(rule.fits(words) for rule in decision.rules):
                yield file, decision.id, Text("Không dòng nào cho {words}.", words=", ".join(words))


def decision_overlap(models: Models, names: Names) -> Found:
    for file, decision in models.known_decisions().values():
        for words in _cases(models, decision):
            fitting = [rule for rule in decision.rules if rule.fits(words)]
            for _, second in list(combinations(fitting, 2))[:1]:
                yield (
                    file,
                    second.id or decision.id,
                    Text("Nhiều dòng cùng cho {words}.", words=", ".join(words)),
                )


def decision_word(models: Models, names: Names) -> Found:
    for file, decision in models.known_decisions().values():
        for column, admitted in enumerate(_admitted(models, decision)):
            if admitted is None:
                continue
            for rule in decision.rules:
                for word in sorted((rule.cells[column].words or frozenset()) - admitted):
                    message = Text("Từ “{word}” không có trong danh sách của cột.", word=word)
                    yield file, rule.id or decision.id, message


def unused_decision(models: Models, names: Names) -> Found:
    used = {models.decision_of(step) for step in models.steps("businessRuleTask")}
    for id, (file, _, _, _) in models.decisions.items():
        if id not in used:
            yield file, id, Text("Không bước nào hỏi bảng quyết định này.")


def _admitted(models: Models, decision: Decision) -> list[frozenset[str] | None]:
    """The words each input may be: as the table lists them, or as another table writes them."""
    columns = zip(decision.inputs, decision.admitted, strict=True)
    known = ((models.written.get(name), listed) for name, listed in columns)
    return [listed if listed is not None else frozenset(words) if words else None for words, listed in known]


def _cases(models: Models, decision: Decision) -> list[tuple[str, ...]]:
    admitted = tuple(_admitted(models, decision))
    return [] if None in admitted else replace(decision, admitted=admitted).possible()


RULES: Mapping[str, Callable[[Models, Names], Found]] = {
    "called_decision": called_decision,
    "decision_cell": decision_cell,
    "decision_policy": decision_policy,
    "decision_input": decision_input,
    "decision_gap": decision_gap,
    "decision_overlap": decision_overlap,
    "decision_word": decision_word,
    "unused_decision": unused_decision,
}
