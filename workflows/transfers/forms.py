"""The forms of a handover's steps, made of the same parts as all others."""

from collections.abc import Mapping

from marshmallow import Schema

from workflows.admission.fields import Sheet, choice, day, line, one_of, passage
from workflows.admission.form_parts import form, needed, reason
from workflows.transfers.words import REASONS, TERMS

OUTSIDE = "Hoặc nơi nhận ngoài hệ thống"

FORMS: Mapping[str, type[Schema]] = {
    "prepare_handover": form(
        "prepare_handover",
        "Ngày lập",
        needs=needed(moved_because="prepared", moved_on="prepared", reason="given_up"),
        moved_because=choice("Vì sao chuyển", REASONS, widget="select"),
        moved_on=day("Ngày có quyết định, hoặc ngày thay đổi nơi học, làm việc, cư trú"),
        receiver_id=one_of("Nơi nhận trong hệ thống", "receivers"),
        addressee=line(OUTSIDE, longest=250),
        term=choice("Thời hạn", TERMS, help="Người vào Đảng luôn chuyển hẳn."),
        until_on=day("Dự kiến trở về ngày", help="Cần khi chuyển tạm thời."),
        reason=reason(),
    ),
    "offer_handover": form(
        "offer_handover",
        "Ngày ghi trên giấy, công văn giới thiệu",
        needs=needed(reason="sent_back"),
        portal_number=line(
            "Số thủ tục trên Cổng dịch vụ của Đảng", longest=60, help="Ở nơi đã làm thủ tục trên Cổng."
        ),
        reason=reason(),
    ),
    "answer_handover": form(
        "answer_handover",
        "Ngày trả lời",
        needs=needed(reason="returned", receiver_id="forwarded"),
        cell_id=one_of("Giao cho chi bộ", "cells_of_receiver", help="Để trống nếu nơi nhận chính là chi bộ."),
        receiver_id=one_of("Chuyển tiếp đến", "receivers"),
        reason=reason(),
    ),
    "confirm_arrival": form(
        "confirm_arrival", "Ngày người và giấy tờ đến", needs=needed(reason="not_needed"), reason=reason()
    ),
    "record_return": form("record_return", "Ngày trở về"),
}


class Recall(Sheet):
    """Why the sender takes an offer back before it is answered."""

    on = day("Ngày thu hồi", required=True)
    number = line("Số, ký hiệu văn bản", longest=40)
    reason = passage("Lý do", required=True, help="Được mã hóa; chỉ người có trách nhiệm mở xem.")
    late_reason = line("Lý do ghi muộn")


__all__ = ["FORMS", "Recall"]
