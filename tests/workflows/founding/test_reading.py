"""What a founding workbook may look like, and what the whole file is refused for."""

import unicodedata
from collections.abc import Sequence
from typing import Any

import pytest

from tests.workflows.founding.books import book, example, pages
from tests.workflows.imports.sheets import repacked
from workflows.founding.reading import read
from workflows.founding.sheets import ACCOUNTS, FORMS, MEMBERS, ORGANISATIONS
from workflows.founding.words import (
    BODIES,
    ORGANISATION_KINDS,
    POSITION_WORDS,
    SCHOOL_KINDS,
    STATUSES,
    word_of,
)
from workflows.imports.faults import UnreadableList
from workflows.organisations.kinds import INSTITUTIONS, KINDS
from workflows.people.words import MEMBER_STATUSES, POSITIONS

MEMBER_HEADER = ("Họ và tên", "Chi bộ", "Tình trạng")


def test_columns_are_found_by_any_spelling_in_any_order_below_titles() -> None:
    found = read(
        pages(
            [
                (
                    unicodedata.normalize("NFD", "ĐẢNG VIÊN"),
                    [
                        ("SỞ GIÁO DỤC MINH HỌA",),
                        ("STT", "tinh trang*", "Sinh hoạt tại", "HỌ TÊN (chữ in)", "Sinh ngày"),
                        (1, "Chính thức", "CB1", "Nguyễn Văn A", "01/02/1980"),
                    ],
                )
            ]
        )
    )
    sheet = found.sheets[MEMBERS]
    assert sheet.columns == {"status": 1, "cell": 2, "name": 3, "birth_date": 4}
    assert [number for number, _row in sheet.rows] == [3]
    assert found.remarks == ()


def test_sheets_come_in_the_order_of_founding_and_others_are_named() -> None:
    found = read(
        pages(
            [
                ("Thống kê", [("a", "b")]),
                ("Nháp", [("không xem",)]),
                ("Người dùng", [("Tên đăng nhập", "Họ tên", "Chức vụ", "Tổ chức", "Từ ngày"), ("a",)]),
                ("to chuc", [("Tên", "Loại", "Từ ngày", "Con dấu"), ("Tỉnh ủy",)]),
            ],
            hidden="Nháp",
        )
    )
    assert list(found.sheets) == [ORGANISATIONS, ACCOUNTS]
    assert [str(remark) for remark in found.remarks] == [
        "Không dùng trang tính “Thống kê”.",
        "Trang “Tổ chức”: không dùng các cột Con dấu.",
    ]


@pytest.mark.parametrize(
    ("sheets", "why"),
    [
        ([("Đảng viên", [("Họ và tên", "Chi bộ"), ("A B", "x")])], "thiếu cột “Tình trạng”"),
        ([("Đảng viên", [MEMBER_HEADER, ("A",)]), ("dang vien ", [MEMBER_HEADER])], "hai trang tính"),
        ([("Sheet1", [MEMBER_HEADER, ("A B", "x", "CT")])], "đã xem: Sheet1"),
        ([("Đảng viên", [MEMBER_HEADER])], "Không có dòng nào"),
    ],
    ids=["a column", "twice", "no sheet", "no row"],
)
def test_a_workbook_that_cannot_be_one_is_refused_with_the_way_out(
    sheets: Sequence[tuple[str, Sequence[Sequence[Any]]]], why: str
) -> None:
    with pytest.raises(UnreadableList, match=why):
        read(pages(sheets))


def test_the_guard_of_lists_stands_before_this_door_too() -> None:
    with pytest.raises(UnreadableList, match="macro"):
        read(repacked(book(example()), add={"xl/vbaProject.bin": b"x"}))
    for data in (b"", b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        with pytest.raises(UnreadableList):
            read(data)


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (KINDS, ORGANISATION_KINDS),
        (INSTITUTIONS, SCHOOL_KINDS),
        (MEMBER_STATUSES, STATUSES),
        (POSITIONS, POSITION_WORDS),
    ],
    ids=["organisations", "schools", "members", "positions"],
)
def test_every_label_of_the_program_is_a_word_of_the_workbook(
    labels: dict[str, str], words: dict[str, str]
) -> None:
    assert {word_of(words, label): label for label in labels.values()} == dict(labels.items())
    assert {word_of(words, label.upper()) for label in labels.values()} == set(labels)


def test_the_words_for_a_deciding_body_are_known() -> None:
    assert word_of(BODIES, "ban thường vụ") == "standing"
    assert word_of(BODIES, "BCH") == "plenum"


def test_no_header_means_two_fields_of_a_sheet() -> None:
    for form in FORMS.values():
        for field in form.fields.values():
            for header in field.headers:
                assert form.columns_of([header]) == {field.name: 0}, (form.name, header)
