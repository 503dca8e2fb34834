"""One cell at a time: dates, lost zeros, words."""

from datetime import date, datetime

import pytest

from workflows.imports.cells import (
    CellFault,
    birth_day,
    day,
    gender,
    grade,
    grade_of_class,
    identity,
    mark,
    person_name,
    phone,
    term,
    yes_no,
)


@pytest.mark.parametrize(
    "cell",
    [
        "05/03/2009",
        "5/3/2009",
        "5-3-2009",
        "05.03.2009",
        "2009-03-05",
        "2009-03-05 00:00:00",
        " 5 / 3 / 2009 ",
        "ngày 5 tháng 3 năm 2009",
        datetime(2009, 3, 5),
        date(2009, 3, 5),
        39877,
        39877.0,
    ],
)
def test_a_day_is_read_in_every_usual_form(cell: object) -> None:
    assert day(cell) == date(2009, 3, 5)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("31/02/2009", "31/02/2009 trong lịch"),
        ("29/02/2009", "29/02/2009"),
        ("02/25/2009", "Không có tháng 25"),
        ("05/03/09", "bốn chữ số"),
        ("2009", "dd/mm/yyyy"),
        (2009, "đủ ngày"),
        ("hôm qua", "dd/mm/yyyy"),
        (-5, "đủ ngày"),
    ],
)
def test_a_day_that_is_none_says_why(cell: object, says: str) -> None:
    with pytest.raises(CellFault) as fault:
        day(cell)
    assert says in str(fault.value.text)


@pytest.mark.parametrize("born", [date(2026, 11, 23), date(2030, 1, 1), date(2020, 1, 1), date(1900, 1, 1)])
def test_a_birth_date_to_come_or_absurd_is_refused(born: date) -> None:
    with pytest.raises(CellFault):
        birth_day(born, date(2026, 11, 23))


def test_an_empty_birth_date_is_missing() -> None:
    with pytest.raises(CellFault, match="Thiếu"):
        birth_day(None, date(2026, 11, 23))


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("001309000011", "001309000011"),
        ("001 309 000 011", "001309000011"),
        ("'001309000011", "001309000011"),
        (1309000011, "001309000011"),
        (1309000011.0, "001309000011"),
        (24209000022.0, "024209000022"),
        ("123456789", "123456789"),
        ("", None),
        (None, None),
    ],
)
def test_an_identity_number_keeps_its_zeros(cell: object, number: str | None) -> None:
    assert identity(cell) == number


@pytest.mark.parametrize("cell", ["1309000011", "12345678901234", "00130900001X", "٠٠١٣٠٩٠٠٠٠١١"])
def test_a_wrong_identity_number_is_refused(cell: str) -> None:
    with pytest.raises(CellFault):
        identity(cell)


@pytest.mark.parametrize("cell", ["Nguyễn", "Nguyễn An 2", "=cmd|' /C calc'!A0", "<b>Lê</b> An", "@lê an"])
def test_what_is_no_name_is_refused(cell: str) -> None:
    with pytest.raises(CellFault):
        person_name(cell)


@pytest.mark.parametrize("cell", ["Nguyễn Thị Ánh", "H'Hen Niê", "Y-Blô Ê Ban", "Nguye\u0302\u0303n An"])
def test_names_of_all_peoples_pass(cell: str) -> None:
    assert person_name(cell)


def test_words_are_known_with_and_without_marks() -> None:
    assert [gender(word) for word in ("Nữ", "NU", "nam", "", "M")] == [
        "female",
        "female",
        "male",
        None,
        "male",
    ]
    assert [yes_no(word) for word in ("x", "Có", "không", "", True)] == [True, True, False, None, True]
    assert [mark(word) for word in ("Tốt", "kha", "CHƯA ĐẠT", "")] == [
        "excellent",
        "good",
        "unsatisfactory",
        None,
    ]
    assert [grade(word) for word in (10, "Khối 11", "12", "")] == [10, 11, 12, None]
    assert [grade_of_class(word) for word in ("10A1", "Lớp 12 Toán", "K17-CNTT", "100A", None)] == [
        10,
        12,
        None,
        None,
        None,
    ]


def test_a_term_is_a_year_and_perhaps_a_half_of_it() -> None:
    assert term("HK1 2025-2026") == "2025-2026/1"
    assert term("Học kỳ II năm học 2025 - 2026") == "2025-2026/2"
    assert term("2025-2026") == "2025-2026"
    with pytest.raises(CellFault):
        term("2025-2027")


def test_a_telephone_number_gets_its_zero_back() -> None:
    assert phone(912000001) == "0912000001"
    assert phone("0912 000 001") == "0912 000 001"
    with pytest.raises(CellFault):
        phone("123")
