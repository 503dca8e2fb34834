"""The language of conditions: what it says, and all that it does not let in."""

import pytest

from engine.process.expressions import Forbidden, read

WORDS = {"vote": "carried", "place": "base", "people": (1, 2), "nobody": ()}
NAMED = {"due": lambda name: f"day of {name}"}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ('vote == "carried"', True),
        ("vote == 'failed'", False),
        ('vote != "failed"', True),
        ('vote in ("carried", "failed")', True),
        ('vote in ["failed"]', False),
        ('vote not in ("failed", "postponed")', True),
        ('vote == "carried" and place == "base"', True),
        ('vote == "failed" or not place == "base"', False),
        ('not (vote == "failed")', True),
        ("vote == place", False),
        ("people", (1, 2)),
        ("not nobody", True),
        ('due("vote")', "day of vote"),
        ("  vote == 'carried'\n", True),
    ],
)
def test_an_expression_says_what_it_reads_like(source: str, value: object) -> None:
    assert read(source).evaluate(WORDS, NAMED) == value


@pytest.mark.parametrize("source", ['never == "carried"', 'never in ("a",)', '"a" in never', "never"])
def test_a_step_never_taken_equals_nothing(source: str) -> None:
    assert not read(source).evaluate(WORDS, NAMED)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("vote == 3", "con số"),
        ("age >= 18", "=="),
        ("-vote", "UnaryOp"),
        ("vote + place", "BinOp"),
        ("vote.upper()", "Call"),
        ("vote.__class__", "Attribute"),
        ("__import__('os')", "os"),
        ("__name", "__name"),
        ("().__class__", "Attribute"),
        ("[x for x in people]", "ListComp"),
        ("lambda: vote", "Lambda"),
        ("vote[0]", "Subscript"),
        ("f'{vote}'", "JoinedStr"),
        ("(x := vote)", "NamedExpr"),
        ("{'a': vote}", "Dict"),
        ("vote if place else vote", "IfExp"),
        ("vote < place < vote", "=="),
        ("vote is place", "=="),
        ("due(vote)", "ngoặc kép"),
        ("due('a', b='c')", "Call"),
        ("due(*people)", "ngoặc kép"),
        ("vote =", "không đọc được"),
        ("", "không đọc được"),
        ("vote == 'a'; vote", "không đọc được"),
        ("vote == '" + "a" * 600 + "'", "quá dài"),
        ("(" * 300 + "vote" + ")" * 300, "không đọc được|quá dài"),
        ("vote == b'x'", "Constant"),
        ("...", "Constant"),
    ],
)
def test_everything_else_is_refused_with_its_reason(source: str, reason: str) -> None:
    if reason == "os":
        assert read(source).calls  # it reads as a call of a name, and no such name is ever given
        reason = "không có hàm"
    with pytest.raises(Forbidden, match=reason):
        read(source).evaluate(WORDS, NAMED)


def test_an_expression_tells_its_names_calls_and_the_words_it_compares() -> None:
    expression = read('vote == "carried" and place in ("base", "section") or due("vote")')
    assert expression.names == {"vote", "place"}
    assert expression.calls == {("due", ("vote",))}
    assert expression.compared == {("vote", "carried"), ("place", "base"), ("place", "section")}
