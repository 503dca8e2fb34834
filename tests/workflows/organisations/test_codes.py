"""The 14-digit code: what is one, how it is kept, what is said of what is none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidAnswers
from workflows.organisations.codes import code14, groups, is_code14, superior_code


@pytest.mark.parametrize(
    ("typed", "kept", "why"),
    [
        ("24.001.002.000.005", "24.001.002.000.005", "a cell without subordinate committee"),
        ("24001002003005", "24.001.002.003.005", "digits alone"),
        (" 24 001 002 003 005 ", "24.001.002.003.005", "blanks between"),
        ("24.001.000.000.000", "24.001.000.000.000", "a committee right under the province"),
        ("24.000.000.000.000", "24.000.000.000.000", "the province"),
        ("01.001.001.001.000", "01.001.001.001.000", "a leading zero stays"),
    ],
)
def test_a_code_is_kept_with_dots(typed: str, kept: str, why: str) -> None:
    assert code14(typed) == kept, why
    assert is_code14(kept)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "nothing"),
        ("24.001.002.000.05", "a digit is missing"),
        ("24.001.002.000.0055", "a digit too many"),
        ("24.001.002.000.00x", "a letter"),
        ("٢٤.001.002.000.005", "digits of another script"),
        ("00.001.002.000.005", "no province"),
        ("24.000.002.000.005", "a grassroots organisation without superior"),
        ("24.001.000.000.005", "a cell without grassroots organisation"),
        ("24.001.000.003.000", "a subordinate committee without grassroots organisation"),
    ],
)
def test_what_is_no_code_is_refused(typed: str, why: str) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        code14(typed)
    assert refused.value.fields["code14"], why
    assert not is_code14(typed)


def test_only_the_kept_form_is_the_kept_form() -> None:
    assert not is_code14("24001002000005")
    assert not is_code14(" 24.001.002.000.005")
    assert not is_code14("24.001002.000.005")


def test_the_superior_by_code() -> None:
    above = ["24.001.002.003.005"]
    while (code := superior_code(above[-1])) is not None:
        above.append(code)
    assert above == [
        "24.001.002.003.005",
        "24.001.002.003.000",
        "24.001.002.000.000",
        "24.001.000.000.000",
        "24.000.000.000.000",
    ]
    assert superior_code("24.001.002.000.005") == "24.001.002.000.000"


@given(parts=st.tuples(st.integers(1, 99), *(st.integers(1, 999) for _ in range(4))))
@settings(deadline=None)
def test_a_code_survives_taking_apart_and_putting_together(parts: tuple[int, ...]) -> None:
    digits = f"{parts[0]:02d}" + "".join(f"{part:03d}" for part in parts[1:])
    assert [int(group) for group in groups(code14(digits))] == list(parts)
