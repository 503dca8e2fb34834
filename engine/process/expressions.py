"""The expressions of a model: words compared with words, and calls of named functions.

Our own evaluator over an allow-list of syntax: nothing is executed; no attribute, number or comprehension
exists. An expression is read once and kept as small closures: gateways ask the same ones all the time.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

Words: TypeAlias = Mapping[str, Any]
Named: TypeAlias = Mapping[str, Callable[..., Any]]
Evaluate: TypeAlias = Callable[[Words, Named], Any]

LONGEST = 500  # characters; the longest honest condition has some 60


class Forbidden(ValueError):
    """The expression is not of our small language; the message says why, in Vietnamese."""


@dataclass(frozen=True)
class Expression:
    """One expression, read and ready. `compared` holds each (name, word) it puts side by side."""

    source: str
    evaluate: Evaluate
    names: frozenset[str]
    calls: frozenset[tuple[str, tuple[str, ...]]]
    compared: frozenset[tuple[str, str]]


@lru_cache(maxsize=4096)
def read(source: str) -> Expression:
    """Read an expression; Forbidden if it uses more than words, comparison, and/or/not, calls by name."""
    if len(source) > LONGEST:
        raise Forbidden("biểu thức quá dài")
    try:
        tree = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise Forbidden(f"không đọc được “{source}”") from error
    reader = _Reader()
    evaluate = reader.expression(tree)
    return Expression(
        source, evaluate, frozenset(reader.names), frozenset(reader.calls), frozenset(reader.compared)
    )


def _contains(word: Any, words: Any) -> bool:
    return words is not None and word in words


COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: lambda left, right: bool(left == right),
    ast.NotEq: lambda left, right: bool(left != right),
    ast.In: _contains,
    ast.NotIn: lambda word, words: not _contains(word, words),
}


class _Reader:
    """Turns the allowed syntax into closures and notes the names, calls and words that it meets."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.calls: set[tuple[str, tuple[str, ...]]] = set()
        self.compared: set[tuple[str, str]] = set()

    def expression(self, node: ast.expr) -> Evaluate:
        match node:
            case ast.Constant(value=str() | bool() as constant):
                return lambda words, named: constant
            case ast.Name(id=name):
                return self._name(name)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                parts = [self.expression(item) for item in items]
                return lambda words, named: tuple(part(words, named) for part in parts)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self.expression(operand)
                return lambda words, named: not inner(words, named)
            case ast.BoolOp(op=op, values=values):
                return self._junction(op, [self.expression(value) for value in values])
            case ast.Compare(left=left, ops=ops, comparators=rights):
                return self._comparison([left, *rights], ops)
            case ast.Call(func=ast.Name(id=function), args=args, keywords=[]):
                return self._call(function, args)
            case ast.Constant(value=int() | float() | complex()):
                raise Forbidden("có con số; các con số thuộc về quy định theo ngày, không thuộc về mô hình")
        raise Forbidden(f"không cho phép {type(node).__name__} trong biểu thức")

    def _name(self, name: str) -> Evaluate:
        if name.startswith("_"):
            raise Forbidden(f"không cho phép tên “{name}”")
        self.names.add(name)
        # A step not yet taken has written no word: it equals none, so that the other flow is taken.
        return lambda words, named: words.get(name)

    def _junction(self, op: ast.boolop, parts: list[Evaluate]) -> Evaluate:
        if isinstance(op, ast.And):
            return lambda words, named: all(part(words, named) for part in parts)
        return lambda words, named: any(part(words, named) for part in parts)

    def _comparison(self, sides: list[ast.expr], ops: list[ast.cmpop]) -> Evaluate:
        if len(ops) != 1 or type(ops[0]) not in COMPARISONS:
            raise Forbidden("chỉ cho phép ==, !=, in, not in, mỗi phép so sánh một lần")
        compare = COMPARISONS[type(ops[0])]
        left, right = (self.expression(side) for side in sides)
        self._note(sides[0], sides[1])
        self._note(sides[1], sides[0])
        return lambda words, named: compare(left(words, named), right(words, named))

    def _note(self, name: ast.expr, value: ast.expr) -> None:
        if isinstance(name, ast.Name):
            words = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
            for word in words:
                if isinstance(word, ast.Constant) and isinstance(word.value, str):
                    self.compared.add((name.id, word.value))

    def _call(self, function: str, args: list[ast.expr]) -> Evaluate:
        words = [arg.value for arg in args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if len(words) != len(args):
            raise Forbidden(f"hàm “{function}” chỉ nhận những từ trong ngoặc kép")
        self.calls.add((function, tuple(words)))

        def call(data: Words, named: Named) -> Any:
            if function not in named:
                raise Forbidden(f"không có hàm “{function}”")
            return named[function](*words)

        return call
