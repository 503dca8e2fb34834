"""What a model may not be: one table of rules, each with a function that finds the elements that break it.

Refused is whatever SpiffWorkflow 3.2.0 does wrong without a word, whatever our state does not carry, and
whatever the house has no name for. Nothing is a warning: a set of models is clean, or it is not taken.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from engine.errors import ModelError, Text
from engine.models import check_constructs, check_decisions, check_drawing, check_path, check_words
from engine.models.structure import Found, Models, Names, read_models
from engine.models.xml import parse_xml
from engine.process.specs import SpecSet


@dataclass(frozen=True)
class Finding:
    """One element that breaks one rule."""

    file: str
    element: str
    rule: str
    message: Text


Rule: TypeAlias = Callable[[Models, Names], Found]

RULES: Mapping[str, Rule] = {
    **check_constructs.RULES,
    **check_path.RULES,
    **check_words.RULES,
    **check_decisions.RULES,
    **check_drawing.RULES,
}
FILE_RULES = ("doctype", "xml", "unreadable")  # told before, or after, the table is asked


def check(files: Mapping[str, bytes], names: Names) -> list[Finding]:
    """Everything that is wrong with a set of models, by file and element; nothing if it may be used."""
    roots = {}
    findings: list[Finding] = []
    for file in sorted(files):
        try:
            roots[file] = parse_xml(files[file], file)
        except ModelError as error:
            findings.append(_not_read(file, error.reason))
    if findings:
        return findings  # what refers to an unreadable file would seem wrong as well, and hide the cause
    models = read_models(roots)
    for id, rule in RULES.items():
        found = rule(models, names)
        findings.extend(Finding(file, element, id, message) for file, element, message in found)
    findings.sort(key=lambda finding: (finding.file, finding.element, finding.rule))
    return findings or list(_unreadable(files, models))


def _not_read(file: str, reason: str) -> Finding:
    rule = "doctype" if "DOCTYPE" in reason else "xml"
    return Finding(file, file, rule, Text("Không đọc tệp này: {reason}.", reason=reason))


def _unreadable(files: Mapping[str, bytes], models: Models) -> Iterator[Finding]:
    """The last word is the library's: each process that none calls must start."""
    called = {step.node.get("calledElement") for step in models.steps("callActivity")}
    for process in models.processes.values():
        if process.id not in called:
            try:
                SpecSet.parse(files, process.id)
            except ModelError as error:
                reason = Text("Không chạy được mô hình: {reason}.", reason=error.reason)
                yield Finding(process.file, error.element or process.id, "unreadable", reason)
