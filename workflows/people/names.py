"""Vietnamese names: splitting, the key that sorts them and the key that finds them. Pure.

Family, middle, given is the order on paper; lists sort by given name, then middle, then family, in
Vietnamese order. Both keys are stored, so SQLite and PostgreSQL order and find alike.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PRIMARY = {letter: 0x20 + 2 * place for place, letter in enumerate(_LETTERS)}
_PRIMARY |= {" ": 0x03, "-": 0x04, "'": 0x05, ".": 0x06} | {str(n): 0x10 + n for n in range(10)}
_FOREIGN = 0xF0
# Order of tones: none, huyền, hỏi, ngã, sắc, nặng.
_TONES = {"\u0300": 2, "\u0309": 3, "\u0303": 4, "\u0301": 5, "\u0323": 6}
_NO_TONE = 1
# Letters that look like đ and are typed for it: eth and African d.
_LOOKALIKES = str.maketrans({"\u00d0": "Đ", "\u0189": "Đ", "\u00f0": "đ", "\u0256": "đ", "\u2019": "'"})
# Vietnamese has some thousands of syllables: what was worked out for one serves all names.
WORDS = 20_000
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


class Name(NamedTuple):
    """A person's name in its three parts, each NFC and with single spaces."""

    family: str
    middle: str
    given: str

    @property
    def full(self) -> str:
        return " ".join(part for part in self if part)


def clean(words: str) -> str:
    """NFC, single spaces, no invisible characters, a real đ."""
    if words.isascii():
        return " ".join(words.split())
    parts = [word if word.isascii() else _clean_word(word) for word in words.split()]
    return " ".join(part for part in parts if part)


@lru_cache(WORDS)
def _clean_word(word: str) -> str:
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", word)).translate(_LOOKALIKES)


def split_name(full: str) -> Name:
    """First word: family; last word: given; what stands between: middle. One word is a given name."""
    words = clean(full).split(" ")
    if len(words) == 1:
        return Name("", "", words[0])
    return Name(words[0], " ".join(words[1:-1]), words[-1])


def search_key(words: str) -> str:
    """Folded for search: lower case, đ → d, no marks. "Hoà", "Hòa" and "HOA" are the same."""
    return " ".join(
        word.lower() if word.isascii() else _fold_word(word) for word in clean(words).split(" ") if word
    )


@lru_cache(WORDS)
def _fold_word(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.casefold().replace("đ", "d"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def sort_key(name: Name) -> bytes:
    """Bytes whose plain order is the Vietnamese order of lists: given, then middle, then family."""
    return b"\x00".join(_part_key(part) for part in (name.given, name.middle, name.family))


def _part_key(part: str) -> bytes:
    """Letters first, tones after them: a tone decides only between equal letters."""
    letters, tones = bytearray(), bytearray()
    for syllable in clean(part).casefold().split(" "):
        syllable_letters, tone = _syllable(syllable)
        if letters:
            letters.append(_PRIMARY[" "])
        letters += syllable_letters
        # One tone a syllable, wherever it is written: "hoà" and "hòa" are one name.
        tones.append(tone)
    return bytes(letters) + b"\x01" + bytes(tones)


@lru_cache(WORDS)
def _syllable(syllable: str) -> tuple[bytes, int]:
    tone, bare = _NO_TONE, []
    for char in unicodedata.normalize("NFD", syllable):
        if char in _TONES:
            tone = _TONES[char]
        else:
            bare.append(char)
    letters = bytearray()
    for char in unicodedata.normalize("NFC", "".join(bare)):
        letters += _letter(char)
    return bytes(letters), tone


def _letter(char: str) -> bytes:
    known = _PRIMARY.get(char)
    if known is not None:
        return bytes((known,))
    plain = "".join(c for c in unicodedata.normalize("NFD", char) if not unicodedata.combining(c))
    if plain and all(c in _PRIMARY for c in plain):
        return bytes(_PRIMARY[c] for c in plain)
    return bytes((_FOREIGN,)) + char.encode("utf-8")


def mask(tail: str | None) -> str:
    """What a list may show of an identity number: its last three digits."""
    return f"*********{tail}" if tail else ""
