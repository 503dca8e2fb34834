"""What makes the files of the editions sound; `ketnap rules check` prints it and every start asks it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from workflows.rules.ballots import Quota
from workflows.rules.keys import FLAG, FRACTION, KEYS, NUMBERS, WORD, Key

VERIFIED: Final = "verified"
SECOND_HAND: Final = "second_hand"
ASSUMED: Final = "assumed"
RATINGS: Final = (VERIFIED, SECOND_HAND, ASSUMED)
FIELDS: Final = frozenset({"value", "article", "source", "rating", "note"})
FRACTION_FIELDS: Final = FIELDS | {"comparison", "base"}


@dataclass(frozen=True)
class Finding:
    """One fault of one edition; `key` is empty for a fault of the whole file."""

    edition: str
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.edition}{'/' + self.key if self.key else ''}: {self.message}"


def faults_of_edition(name: str, raw: Mapping[str, Any]) -> list[Finding]:
    return [Finding(name, key, message) for key, message in _faults(name, raw)]


def faults_of_order(raw: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    """There is an edition, and no two begin on one day; each lasts until the next, so there is no gap."""
    if not raw:
        return [Finding("editions", "", "không có bản quy định nào")]
    seen: dict[date, str] = {}
    findings = []
    for name, edition in raw.items():
        start = edition.get("in_force_from")
        if not isinstance(start, date):
            continue
        if start in seen:
            findings.append(Finding(name, "", f"có hiệu lực cùng ngày với bản {seen[start]}"))
        seen[start] = name
    return findings


def _faults(name: str, raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not isinstance(raw.get("in_force_from"), date):
        yield "", "thiếu ngày có hiệu lực in_force_from"
    elif raw["in_force_from"].isoformat() != name:
        yield "", f"tên tệp khác ngày có hiệu lực {raw['in_force_from']}"
    if not raw.get("title"):
        yield "", "thiếu tên title"
    yield from _faults_of_instruments(raw.get("instruments"))
    values = raw.get("values", {})
    for key in KEYS.keys() - values.keys():
        yield key, "thiếu giá trị này"
    for key, row in values.items():
        if key not in KEYS:
            yield key, "không có trong bảng các giá trị"
        elif not isinstance(row, Mapping):
            yield key, "phải ghi value, article, source, rating, note"
        else:
            for message in _faults_of_value(KEYS[key], row):
                yield key, message


def _faults_of_instruments(instruments: object) -> Iterator[tuple[str, str]]:
    if not isinstance(instruments, list) or not instruments:
        yield "", "thiếu văn bản instruments"
        return
    for instrument in instruments:
        if not instrument.get("name") or not isinstance(instrument.get("dated"), date):
            yield "", "văn bản thiếu name hoặc dated"
        if instrument.get("rating") not in RATINGS:
            yield "", f"văn bản có rating lạ {instrument.get('rating')!r}"


def _faults_of_value(key: Key, row: Mapping[str, Any]) -> Iterator[str]:
    fields = FRACTION_FIELDS if key.kind == FRACTION else FIELDS
    if row.keys() != fields:
        yield f"phải có đúng các ô {', '.join(sorted(fields))}"
        return
    if row["rating"] not in RATINGS:
        yield f"rating lạ {row['rating']!r}"
    if not row["source"] and not row["note"]:
        yield "không có nguồn thì phải có ghi chú"
    if row["rating"] != ASSUMED and not row["source"]:
        yield "không có nguồn thì rating phải là assumed"
    if row["rating"] == ASSUMED and not row["note"]:
        yield "giá trị tạm lấy phải có ghi chú vì sao"
    yield from _faults_of_kind(key, row)


def _faults_of_kind(key: Key, row: Mapping[str, Any]) -> Iterator[str]:
    value = row["value"]
    if key.kind in NUMBERS:
        absent = key.optional and value == "none"
        if not absent and (not isinstance(value, int) or isinstance(value, bool) or value <= 0):
            yield "phải là số nguyên dương" + (' hoặc "none"' if key.optional else "")
    elif key.kind == FLAG and not isinstance(value, bool):
        yield "phải là true hoặc false"
    elif key.kind == WORD and value not in key.words:
        yield f"phải là một trong {', '.join(key.words)}"
    elif key.kind == FRACTION:
        try:
            Quota.parse(str(value), row["comparison"], row["base"])
        except ValueError as error:
            yield f"tỷ lệ không đọc được: {error}"
