"""Deployed models: one immutable row a set of files and kind of case, found by content, parsed once.

A running case keeps the row it started with; a new case takes the latest of its kind.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, func, select, update

from engine.errors import ModelError, NotFound, Text
from engine.models.xml import find, name_of, parse_xml
from engine.process import SpecSet
from engine.process.specs import fingerprint
from engine.records import model
from engine.transactions import Transaction

NOT_DEPLOYED = "Chưa có quy trình “{kind}” trong cơ sở dữ liệu. Hãy chạy “ketnap db upgrade”."


class ModelRow(NamedTuple):
    """A deployed set of models for one kind of case."""

    id: int
    kind: str
    sha256: str


_FOUND = select(model.c.id, model.c.kind, model.c.sha256)
_parsed: dict[tuple[str, str], SpecSet] = {}
_parsing = Lock()


def deploy(
    tx: Transaction, files: Mapping[str, bytes], *, kinds: Sequence[str] | None = None
) -> list[ModelRow]:
    """Makes these files the latest models of their kinds; does nothing where they are already.

    A kind is a process that no other process calls. Raises ModelError where the files cannot be read.
    """
    sha256 = fingerprint(files)
    packed = msgspec.msgpack.encode(dict(sorted(files.items())))
    deployed = []
    for kind in kinds if kinds is not None else kinds_of(files):
        with _parsing:
            if (kind, sha256) not in _parsed:
                _parsed[kind, sha256] = SpecSet.parse(files, kind)
        deployed.append(_make_latest(tx, kind, sha256, packed))
    return deployed


def _make_latest(tx: Transaction, kind: str, sha256: str, packed: bytes) -> ModelRow:
    known = tx.execute(select(model.c.id, model.c.sha256, model.c.rank).where(model.c.kind == kind)).all()
    top = max((row.rank for row in known), default=0)
    same = next((row for row in known if row.sha256 == sha256), None)
    if same is None:
        row = {"kind": kind, "sha256": sha256, "rank": top + 1, "files": packed}
        return ModelRow(tx.insert(model, row), kind, sha256)
    if same.rank != top:
        tx.execute(update(model).where(model.c.id == same.id).values(rank=top + 1))
    return ModelRow(same.id, kind, sha256)


_RANKS = select(func.max(model.c.rank)).where(model.c.kind == bindparam("kind")).scalar_subquery()
_LATEST = _FOUND.where(model.c.kind == bindparam("kind"), model.c.rank == _RANKS)


def latest(tx: Transaction, kind: str) -> ModelRow:
    """The models that a new case of this kind runs by; NotFound says to deploy them."""
    row = tx.once(("model", kind), lambda: tx.execute(_LATEST, {"kind": kind}).first(), model)
    if row is None:
        raise NotFound(Text(NOT_DEPLOYED, kind=kind))
    return ModelRow(row.id, row.kind, row.sha256)


def model_of(tx: Transaction, model_id: int) -> ModelRow:
    """A deployed set by its id."""
    row = tx.execute(_FOUND.where(model.c.id == model_id)).one()
    return ModelRow(row.id, row.kind, row.sha256)


def specs_of(tx: Transaction, found: ModelRow) -> SpecSet:
    """The parsed models, shared by all cases and threads of this process."""
    known = _parsed.get((found.kind, found.sha256))
    if known is not None:
        return known
    files = files_of(tx, found.id)
    if fingerprint(files) != found.sha256:
        raise ModelError(found.kind, "mô hình trong cơ sở dữ liệu không khớp mã băm của nó")
    with _parsing:
        return _parsed.setdefault((found.kind, found.sha256), SpecSet.parse(files, found.kind))


def files_of(tx: Transaction, model_id: int) -> dict[str, bytes]:
    """The files of a deployed set by name, for drawing."""
    packed = tx.execute(select(model.c.files).where(model.c.id == model_id)).scalar_one()
    return msgspec.msgpack.decode(packed, type=dict[str, bytes])


def kinds_of(files: Mapping[str, bytes]) -> list[str]:
    """The processes that no other process calls: those that a case can start with."""
    found: set[str] = set()
    called: set[str] = set()
    for name, content in files.items():
        root = parse_xml(content, name)
        if name_of(root) == "definitions":
            found.update(node.get("id", "") for node in find(root, "//bpmn:process"))
            called.update(node.get("calledElement", "") for node in find(root, "//bpmn:callActivity"))
    return sorted(found - called)


_DUE = re.compile(r"""^\s*due\(\s*["'](\w+)["']\s*\)\s*$""")


@lru_cache(maxsize=64)
def timer_names(specs: SpecSet) -> dict[str, str]:
    """For each timer of these models, the name by which it asks for its day: `due("of_age")`."""
    found = {}
    for spec in specs.specs.values():
        for node in spec.task_specs.values():
            asked = _DUE.match(str(getattr(getattr(node, "event_definition", None), "expression", "")))
            if asked:
                found[str(node.bpmn_id)] = asked[1]
    return found
