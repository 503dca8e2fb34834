"""The real communes of Bắc Ninh and the districts that stood above them."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import func, select

from engine.errors import NotFound
from engine.registry import Registry
from engine.transactions import Store
from workflows.organisations.communes import (
    communes_of,
    former_districts,
    keep_communes,
    last_day_of_districts,
)
from workflows.organisations.queries import communes_by_code
from workflows.organisations.records import commune


def test_bac_ninh_has_66_communes_and_33_wards() -> None:
    communes = communes_of("Bắc Ninh")
    kinds = [one.kind for one in communes]
    assert (len(communes), kinds.count("commune"), kinds.count("ward")) == (99, 66, 33)
    assert len({one.code for one in communes}) == 99
    assert {one.province_code for one in communes} == {"24"}
    assert all(len(one.code) == 5 and one.code.isdigit() for one in communes)
    first = communes[0]
    assert (first.code, first.name, first.short_name) == ("07210", "Phường Bắc Giang", "Bắc Giang")


def test_there_were_ten_and_eight_districts_until_the_end_of_june_2025() -> None:
    provinces = [district.province for district in former_districts()]
    assert (provinces.count("Bắc Giang"), provinces.count("Bắc Ninh")) == (10, 8)
    assert last_day_of_districts() == date(2025, 6, 30)
    for district in former_districts():
        assert district.source and district.rating in {"verified", "second_hand", "assumed"}


def test_a_commune_lay_in_one_district_at_most_and_is_a_commune_of_today() -> None:
    codes = [code for district in former_districts() for code in district.communes]
    assert len(codes) == len(set(codes))
    assert set(codes) <= {one.code for one in communes_of("Bắc Ninh")}


def test_a_commune_made_of_two_districts_names_none() -> None:
    without = {one.name for one in communes_of("Bắc Ninh") if one.former_district is None}
    assert without == {"Phường Đa Mai", "Xã Nam Dương"}


@pytest.mark.parametrize(
    ("name", "district"),
    [
        ("Xã Sơn Động", "huyện Sơn Động"),
        ("Phường Chũ", "thị xã Chũ"),
        ("Phường Kinh Bắc", "thành phố Bắc Ninh"),
        ("Xã Lương Tài", "huyện Lương Tài"),
        ("Phường Yên Dũng", "thành phố Bắc Giang"),
    ],
)
def test_the_former_district_of_a_commune(name: str, district: str) -> None:
    (found,) = [one for one in communes_of("Bắc Ninh") if one.name == name]
    assert found.former_district == district


def test_an_unknown_province_is_refused() -> None:
    with pytest.raises(NotFound) as refused:
        communes_of("Bắc Giang")
    assert "Bắc Giang" in str(refused.value)


def test_communes_are_kept_once(make_store: Callable[[Registry], Store]) -> None:
    store = make_store(Registry())
    with store.transaction() as tx:
        assert keep_communes(tx, "Bắc Ninh") == 99
        assert keep_communes(tx, "Bắc Ninh") == 0
        assert tx.execute(select(func.count()).select_from(commune)).scalar() == 99
        assert communes_by_code(tx)["07603"].former_district is None
