"""The steps in which a person is handed on to another organisation, in the order of the model `handover`."""

from workflows.admission.step import Step
from workflows.transfers import deeds
from workflows.transfers.letters import LETTERS, NOTICES

HANDING_OVER = (
    Step("prepare_handover", "Chuẩn bị chuyển giao", "custodian", deeds.prepare),
    Step(
        "offer_handover",
        "Giới thiệu, gửi giấy tờ đến nơi nhận",
        "referring_committee",
        deeds.offer,
        letter=deeds.letter_of,
        letters=frozenset(LETTERS.values()),
    ),
    Step("answer_handover", "Trả lời việc tiếp nhận", "receiver", deeds.answer),
    Step(
        "confirm_arrival",
        "Ghi người và giấy tờ đã đến",
        "custodian",
        deeds.confirm_arrival,
        letter=deeds.notice_of,
        letters=frozenset(NOTICES.values()),
    ),
    Step("record_return", "Ghi đảng viên trở về", "custodian", deeds.record_return),
)
