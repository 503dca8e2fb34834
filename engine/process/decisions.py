"""Decision tables (DMN): words in, words out, exactly one rule.

Used instead of the library's engine, which silently keeps the old value where no rule fits.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from engine.errors import ModelError
from engine.models.xml import Node, children, text_of
from engine.process.expressions import Forbidden

WORD = re.compile(r'"([^"\\]*)"')
LIST = re.compile(r'\s*"[^"\\]*"(\s*,\s*"[^"\\]*")*\s*')
NEGATION = re.compile(r"\s*not\s*\((.*)\)\s*", re.DOTALL)


@dataclass(frozen=True)
class Cell:
    """What an input cell admits: these words, or all but these. `words` None admits everything."""

    words: frozenset[str] | None
    negated: bool = False

    def admits(self, word: Any) -> bool:
        return self.words is None or ((word in self.words) != self.negated)


@dataclass(frozen=True)
class Rule:
    id: str
    cells: tuple[Cell, ...]
    outputs: tuple[str, ...]

    def fits(self, values: Sequence[Any]) -> bool:
        return all(cell.admits(value) for cell, value in zip(self.cells, values, strict=True))


@dataclass(frozen=True)
class Decision:
    """One table: the names it reads, the words each may be (None: not enumerated), the names it writes."""

    id: str
    name: str
    hit_policy: str
    inputs: tuple[str, ...]
    admitted: tuple[frozenset[str] | None, ...]
    outputs: tuple[str, ...]
    rules: tuple[Rule, ...]

    def decide(self, words: Mapping[str, Any]) -> dict[str, str]:
        """The outputs of the one rule that fits; ModelError if none does."""
        values = [words.get(name) for name in self.inputs]
        for rule in self.rules:
            if rule.fits(values):
                return dict(zip(self.outputs, rule.outputs, strict=True))
        asked = ", ".join(f"{name} = {value}" for name, value in zip(self.inputs, values, strict=True))
        raise ModelError(self.id, f"bảng quyết định không có dòng nào cho {asked}")

    def possible(self) -> list[tuple[str, ...]]:
        """Every combination of words the inputs may be; an input not enumerated gives those in its cells."""
        choices = [self._choices(column) for column in range(len(self.inputs))]
        return list(product(*choices))

    def _choices(self, column: int) -> list[str]:
        admitted = self.admitted[column]
        if admitted is not None:
            return sorted(admitted)
        return sorted({word for rule in self.rules for word in rule.cells[column].words or ()})

    def words(self, output: str) -> set[str]:
        """The words this table may write under one of its output names."""
        column = self.outputs.index(output)
        return {rule.outputs[column] for rule in self.rules}


def read_cell(text: str | None) -> Cell:
    """An input cell: empty or "-", "a", "a", "b", or not("a", "b"); Forbidden for anything else."""
    if text is None or text.strip() in ("", "-"):
        return Cell(None)
    negation = NEGATION.fullmatch(text)
    inner = negation.group(1) if negation else text
    if not LIST.fullmatch(inner):
        raise Forbidden(f"ô “{text}” chỉ được là những từ trong ngoặc kép, not(…) hoặc -")
    return Cell(frozenset(WORD.findall(inner)), negation is not None)


def read_output(text: str | None) -> str:
    """An output cell: one word in quotes."""
    if text is None or not LIST.fullmatch(text) or len(WORD.findall(text)) != 1:
        raise Forbidden(f"ô kết quả “{text or ''}” phải là một từ trong ngoặc kép")
    return str(WORD.findall(text)[0])


def _enumerated(node: Node) -> frozenset[str] | None:
    text = next((text_of(values, "text") for values in children(node, "inputValues")), None)
    return frozenset(WORD.findall(text)) if text else None


def _input_name(node: Node) -> str:
    expression = next((text_of(inner, "text") for inner in children(node, "inputExpression")), None)
    if not expression or not expression.isidentifier():
        raise Forbidden(f"cột vào “{expression or ''}” phải là tên của một bước")
    return expression


def _rule(node: Node) -> Rule:
    cells = tuple(read_cell(text_of(entry, "text")) for entry in children(node, "inputEntry"))
    outputs = tuple(read_output(text_of(entry, "text")) for entry in children(node, "outputEntry"))
    return Rule(node.get("id", ""), cells, outputs)


def read_decision(decision: Node) -> Decision:
    """Read a `decision` element with its one table; ModelError names it when it is not of our language."""
    name = decision.get("id", "")
    tables = list(children(decision, "decisionTable"))
    if len(tables) != 1:
        raise ModelError(name, "quyết định phải có đúng một bảng")
    try:
        return _read_table(decision, tables[0])
    except Forbidden as error:
        raise ModelError(name, str(error)) from error


def _read_table(decision: Node, table: Node) -> Decision:
    columns = list(children(table, "input"))
    outputs = tuple(output.get("name", "") for output in children(table, "output"))
    rules = tuple(_rule(rule) for rule in children(table, "rule"))
    for rule in rules:
        if len(rule.cells) != len(columns) or len(rule.outputs) != len(outputs):
            raise Forbidden(f"dòng “{rule.id}” thiếu hoặc thừa ô")
    return Decision(
        decision.get("id", ""),
        decision.get("name", ""),
        table.get("hitPolicy", "UNIQUE"),
        tuple(_input_name(column) for column in columns),
        tuple(_enumerated(column) for column in columns),
        outputs,
        rules,
    )
