"""The 14-digit code of a Party organisation: province · superior · grassroots · subordinate · cell."""

import re
from typing import Final

from engine.errors import InvalidAnswers, Text

WIDTHS: Final = (2, 3, 3, 3, 3)
DIGITS: Final = sum(WIDTHS)
SUBORDINATE: Final = 3  # the one group that may be 000 with a group after it: no subordinate committee there
_SHAPE: Final = re.compile(r"\d{2}(\.?\d{3}){4}")


def code14(text: str) -> str:
    """The code as it is kept, `MM.MMM.MMM.MMM.MMM`, from digits with or without dots.

    InvalidAnswers, with what is wrong, if it is no code.
    """
    packed = re.sub(r"[\s.]", "", text)
    if len(packed) != DIGITS or not (packed.isascii() and packed.isdigit()):
        raise _wrong("Mã tổ chức đảng có 14 chữ số, theo dạng MM.MMM.MMM.MMM.MMM.")
    parts = groups(packed)
    if not int(parts[0]):
        raise _wrong("Hai số đầu của mã là mã tỉnh, không được là 00.")
    ended = False
    for index, part in enumerate(parts[1:], start=1):
        if int(part) and ended:
            raise _wrong(
                "Trong mã, nhóm số đứng trước một nhóm khác 000 không được là 000 (trừ nhóm thứ tư)."
            )
        ended = ended or (not int(part) and index != SUBORDINATE)
    return ".".join(parts)


def is_code14(text: str) -> bool:
    """Is this exactly the form that is kept?"""
    try:
        return bool(_SHAPE.fullmatch(text)) and code14(text) == text
    except InvalidAnswers:
        return False


def groups(code: str) -> list[str]:
    """The five groups of a code with or without dots."""
    packed = code.replace(".", "")
    parts, start = [], 0
    for width in WIDTHS:
        parts.append(packed[start : start + width])
        start += width
    return parts


def superior_code(code: str) -> str | None:
    """The code of the organisation directly above by the code alone; None for a province."""
    parts = groups(code)
    filled = [index for index, part in enumerate(parts) if int(part)]
    last = filled[-1]
    if last == 0:
        return None
    parts[last] = "0" * WIDTHS[last]
    return ".".join(parts)


def _wrong(message: str) -> InvalidAnswers:
    return InvalidAnswers({"code14": [Text(message)]})
