"""Vietnamese names sort by given name in Vietnamese order and are found without accents."""

import unicodedata
from itertools import pairwise

import psycopg
import pytest
from sqlalchemy.engine import make_url

from workflows.people.names import Name, clean, mask, search_key, sort_key, split_name


@pytest.mark.parametrize(
    ("full", "family", "middle", "given"),
    [
        ("Nguyễn Thị Minh Anh", "Nguyễn", "Thị Minh", "Anh"),
        ("  Trần   Bình ", "Trần", "", "Bình"),
        ("Tú", "", "", "Tú"),
        ("Ðặng Văn Ðạt", "Đặng", "Văn", "Đạt"),  # typed with eth instead of đ
    ],
)
def test_a_name_falls_into_family_middle_and_given(full: str, family: str, middle: str, given: str) -> None:
    assert split_name(full) == Name(family, middle, given)
    assert split_name(unicodedata.normalize("NFD", full)) == Name(family, middle, given)


@pytest.mark.parametrize("written", ["Hoà", "Hòa", "HOÀ", unicodedata.normalize("NFD", "hoà"), " hoa "])
def test_search_finds_a_name_however_it_is_written(written: str) -> None:
    assert search_key(written) == "hoa"


def test_search_takes_d_for_d_with_stroke() -> None:
    assert search_key("Đỗ Đình Đức") == "do dinh duc"


def test_the_two_places_of_a_tone_sort_as_one_name() -> None:
    assert sort_key(split_name("Lê Hoà")) == sort_key(split_name("LÊ HÒA"))


def _rises(names: list[Name]) -> bool:
    return all(sort_key(before) < sort_key(after) for before, after in pairwise(names))


def test_tones_sort_none_huyen_hoi_nga_sac_nang() -> None:
    given = ["Ma", "Mà", "Mả", "Mã", "Má", "Mạ"]
    assert _rises([Name("", "", word) for word in given])


def test_letters_come_before_tones_and_after_the_plain_letter() -> None:
    given = [
        "An",
        "Án",
        "Anh",
        "Ánh",
        "Ăn",
        "Ân",
        "Dũng",
        "Đan",
        "Em",
        "Ếch",
        "Oanh",
        "Ôn",
        "Ơn",
        "Uy",
        "Ưng",
    ]
    assert _rises([Name("", "", word) for word in given])


def test_lists_sort_by_given_then_middle_then_family_name() -> None:
    names = ["Vũ Thị An", "Bùi Văn An", "Trần Văn An", "Lê Anh", "Đỗ Minh Ánh", "Lê Thị Bình"]
    assert _rises([split_name(full) for full in names])


def test_a_shorter_given_name_comes_before_a_longer_one_whatever_follows() -> None:
    assert sort_key(split_name("Vũ Yên An")) < sort_key(split_name("An An Anh"))


def test_a_foreign_letter_has_its_place_and_breaks_nothing() -> None:
    assert sort_key(split_name("Jürgen Müller")) < sort_key(split_name("Jürgen Trần Ωmega"))


GIVEN = [
    "An",
    "Án",
    "Ạn",
    "Anh",
    "Ảnh",
    "Ánh",
    "Ăn",
    "Ân",
    "Ấn",
    "Bách",
    "Bình",
    "Bính",
    "Châu",
    "Chi",
    "Cúc",
    "Dung",
    "Dũng",
    "Đan",
    "Đạt",
    "Đức",
    "Giang",
    "Hà",
    "Hạ",
    "Hải",
    "Hân",
    "Hằng",
    "Hiền",
    "Hiếu",
    "Hiệu",
    "Hoa",
    "Hoá",
    "Huệ",
    "Hùng",
    "Hưng",
    "Hương",
    "Khuê",
    "Kiên",
    "Kiến",
    "Lê",
    "Lệ",
    "Ly",
    "Lý",
    "My",
    "Mỹ",
    "Nga",
    "Ngà",
    "Ngân",
    "Oanh",
    "Ôn",
    "Ơn",
    "Phúc",
    "Phước",
    "Quân",
    "Quấn",
    "Quyên",
    "Sơn",
    "Sớn",
    "Tâm",
    "Tấm",
    "Tú",
    "Tùng",
    "Tư",
    "Uyên",
    "Ước",
    "Vân",
    "Vấn",
    "Xuân",
    "Yên",
    "Yến",
    "Yển",
    "Ý",
]


def test_the_order_is_that_of_icu_for_vietnamese(postgresql_server: str) -> None:
    plain = make_url(postgresql_server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        if not connection.execute("SELECT 1 FROM pg_collation WHERE collname = 'vi-x-icu'").fetchone():
            pytest.skip("this PostgreSQL was built without ICU")
        ordered = connection.execute(
            'SELECT word FROM unnest(%s::text[]) AS word ORDER BY word COLLATE "vi-x-icu"', (GIVEN,)
        ).fetchall()
    assert sorted(GIVEN, key=lambda word: sort_key(Name("", "", word))) == [word for (word,) in ordered]


def test_a_mask_shows_the_last_three_digits_only() -> None:
    assert mask("890") == "*********890"
    assert mask(None) == ""


def test_invisible_characters_are_no_part_of_a_name() -> None:
    assert clean("Lê\u200b  Thị\u00a0Hoa\ufeff") == "Lê Thị Hoa"
