"""What each step of a handover records. Until the acceptance the sender answers, from then the receiver."""

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from engine.errors import Conflict, InvalidAnswers, NotLawful, Text, Unmet
from engine.outbox import tell
from workflows.admission import unit_change
from workflows.admission.acting import Acting
from workflows.admission.clocks import start, start_until, stop
from workflows.organisations.queries import tree_of
from workflows.rules.ages import add_months
from workflows.transfers import custody, portal, standing
from workflows.transfers.letters import LETTERS, NOTICES
from workflows.transfers.offers import close_offer
from workflows.transfers.records import handover, handover_offer
from workflows.transfers.rolls import change_status, follow_in_school, go_away, leave_roll, move_member
from workflows.transfers.taking import cells_under

LETTER, ANSWER, BACK = "handover_letter", "handover_answer", "handover_return"
# Whether it is a member who moves → by which rule the letter goes out and the answer comes; those of
# candidates are local targets, not law.
LETTER_RULE = {True: "member_transfer_start", False: "candidate_letter"}
ANSWER_RULE = {True: "member_transfer_present", False: "candidate_acknowledge"}
A_DAY = timedelta(days=1)
BELOW = "Chuyển tạm thời từ {least} tháng đến dưới {most} tháng; lâu hơn thì chuyển chính thức."
AT_MOST = "Đi học rồi trở về: tạm thời từ {least} đến {most} tháng; lâu hơn thì chuyển chính thức."
HERE = Text("Nơi này đang quản lý người chuyển đi. Hãy chọn nơi nhận khác.")


def row_of(acting: Acting) -> Any:
    return standing.row_of(acting.tx, acting.case.id)


def variant_of(acting: Acting) -> str:
    return str(acting.case.words["variant"])


# --- prepared


def prepare(acting: Acting) -> None:
    """Where to, why and since when; the days for the letter run from the day of the change."""
    if acting.outcome == "given_up":
        return
    given, member = acting.answers, _moves_as_member(acting)
    _check_receiver(acting)
    _check_term(acting, member)
    values = {
        "receiver_id": given.get("receiver_id"),
        "addressee": given.get("addressee"),
        "reason": given["moved_because"],
        "moved_on": given["moved_on"],
        "term": given.get("term") or "lasting",
        "until_on": given.get("until_on"),
    }
    _set(acting, values)
    start(acting, LETTER, given["moved_on"], rule=LETTER_RULE[member])


def _check_receiver(acting: Acting) -> None:
    named, outside = acting.answers.get("receiver_id"), acting.answers.get("addressee")
    if bool(named) == bool(outside):
        words = Text("Hãy chọn một nơi trong hệ thống, hoặc ghi tên nơi ngoài hệ thống, không ghi cả hai.")
        raise InvalidAnswers({"receiver_id": [words]})
    if (
        named is not None
        and acting.case.custodian_id in cells_under(tree_of(acting.tx), named, acting.on)[:1]
    ):
        raise InvalidAnswers({"receiver_id": [HERE]})


def _check_term(acting: Acting, member: bool) -> None:
    """Only a member goes for a time; for how long, the rules say in months."""
    if acting.answers.get("term") != "temporary":
        if acting.answers.get("until_on") is not None:
            raise InvalidAnswers({"until_on": [Text("Chỉ ghi ngày trở về khi chuyển tạm thời.")]})
        return
    if not member:
        raise InvalidAnswers({"term": [Text("Người vào Đảng không chuyển tạm thời, chỉ chuyển hẳn.")]})
    until, moved_on = acting.answers.get("until_on"), acting.answers["moved_on"]
    if until is None:
        raise InvalidAnswers({"until_on": [Text("Cần ghi ngày dự kiến trở về.")]})
    least, most = (acting.edition.number(f"temporary_transfer_{word}_months") for word in ("min", "max"))
    last, words = add_months(moved_on, most), BELOW
    if acting.answers["moved_because"] == "study":
        most = acting.edition.number("temporary_study_max_months")
        last, words = add_months(moved_on, most) + A_DAY, AT_MOST
    if not add_months(moved_on, least) <= until < last:
        raise InvalidAnswers({"until_on": [Text(words, least=least, most=most)]})


def _moves_as_member(acting: Acting) -> bool:
    row = row_of(acting)
    admission = standing.admission_of(acting.tx, row)
    found = standing.standing_of(acting.tx, acting.student_id, admission, acting.on)
    if found is None:
        raise Conflict(Text("Người này không còn hồ sơ đang mở, cũng không là đảng viên của chi bộ nào."))
    return standing.is_member(found)


# --- offered


def letter_of(acting: Acting) -> str | None:
    return LETTERS[variant_of(acting)] if acting.outcome == "offered" else None


def offer(acting: Acting) -> None:
    """The letter is out: its number and day, to whoever stands for the receiver on that day."""
    if acting.outcome != "offered":
        return
    row, tree = row_of(acting), tree_of(acting.tx)
    on_portal = portal.in_force(acting.tx, acting.case.custodian_id, variant_of(acting), acting.on)
    if on_portal and not acting.answers.get("portal_number"):
        words = Text("Ở nơi này thủ tục làm trên Cổng dịch vụ của Đảng: hãy ghi số thủ tục.")
        raise InvalidAnswers({"portal_number": [words]})
    receiver = tree.standing(row.receiver_id, acting.on) if row.receiver_id is not None else None
    _new_offer(acting, receiver, row.addressee, acting.organisation_id)
    if receiver != row.receiver_id:
        _set(acting, {"receiver_id": receiver})
    stop(acting, LETTER)
    start(acting, ANSWER, acting.on, rule=ANSWER_RULE[_is_member(acting)])


def _new_offer(acting: Acting, receiver: int | None, addressee: str | None, sender: int | None) -> None:
    values = {
        "handover_id": acting.case.id,
        "student_id": acting.student_id,
        "sender_id": sender,
        "receiver_id": receiver,
        "addressee": addressee,
        "variant": variant_of(acting),
        "offered_on": acting.on,
        "number": acting.number,
        "portal_number": acting.answers.get("portal_number"),
        "act_id": acting.act_id,
    }
    acting.facts |= {"offer": acting.tx.insert(handover_offer, values)}


def _is_member(acting: Acting) -> bool:
    return standing.is_member(acting.case.words.get("transfer_standing"))


# --- answered


def answer(acting: Acting) -> None:
    """The receiver's answer, or the paper's, typed by whoever stands in for it."""
    if acting.on_behalf_of is not None and not acting.number:
        words = Text("Ghi thay nơi nhận thì cần số, ký hiệu văn bản trả lời của nơi nhận.")
        raise InvalidAnswers({"number": [words]})
    {"accepted": _accept, "taken_away": _let_go, "returned": _return, "forwarded": _forward}[
        str(acting.outcome)
    ](acting)


def _accept(acting: Acting) -> None:
    """From this moment on the cell answers for the person, with the admission and every open task."""
    row = row_of(acting)
    if row.receiver_id is None:
        words = Text("Nơi nhận ở ngoài hệ thống: hãy chọn “Nơi nhận ngoài hệ thống đã tiếp nhận”.")
        raise InvalidAnswers({"outcome": [words]})
    cell = _cell_of(acting, row)
    now_standing = _present_standing(acting, row)
    _close_offer(acting, "accepted")
    _set(acting, {"cell_id": cell})
    if variant_of(acting) == "temporary":
        go_away(acting)
    else:
        _take(acting, row, cell, now_standing)
    if not _is_member(acting):
        stop(acting, ANSWER)
    _tell_sender(acting, "handover_accepted", cell)


def _cell_of(acting: Acting, row: Any) -> int:
    tree = tree_of(acting.tx)
    cells = cells_under(tree, tree.standing(row.receiver_id, acting.on), acting.on)
    named = acting.answers.get("cell_id") or (cells[0] if len(cells) == 1 else None)
    if named is None:
        raise InvalidAnswers({"cell_id": [Text("Hãy chọn chi bộ sẽ theo dõi người chuyển đến.")]})
    if named not in cells:
        raise InvalidAnswers(
            {"cell_id": [Text("Chi bộ này không thuộc nơi nhận. Hãy chọn trong danh sách.")]}
        )
    if named == acting.case.custodian_id:
        raise InvalidAnswers({"cell_id": [HERE]})
    return int(named)


def _present_standing(acting: Acting, row: Any) -> str:
    """The letter of a candidate is not that of a member: who was admitted meanwhile is offered anew."""
    admission = standing.admission_of(acting.tx, row)
    found = standing.standing_of(acting.tx, acting.student_id, admission, acting.on)
    if found is not None and standing.is_member(found) == _is_member(acting):
        return found
    words = Text(
        "Từ khi gửi giấy, tình trạng của người này đã khác: nơi gửi phải thu hồi rồi giới thiệu lại theo"
        " tình trạng mới."
    )
    raise NotLawful([Unmet("transfer_standing", words, "", "assumed")])


def _take(acting: Acting, row: Any, cell: int, now_standing: str) -> None:
    admission = standing.admission_of(acting.tx, row)
    if admission is not None and admission.closed_on is None:
        unit_change.take_over(acting, admission.id, cell)
    else:
        move_member(acting, cell)
    custody.hand(
        acting.tx,
        acting.student_id,
        cell,
        (acting.case.id,),
        on=acting.on,
        by=acting.by,
        now=acting.now,
        act_id=acting.act_id,
        facts={"act": acting.act_id},
    )
    follow_in_school(acting, cell)
    acting.facts |= {"standing": now_standing}


def _let_go(acting: Acting) -> None:
    """An organisation outside of the system took the person over, by its paper."""
    row = row_of(acting)
    if row.receiver_id is not None:
        words = Text("Nơi nhận ở trong hệ thống: hãy để nơi đó trả lời.")
        raise InvalidAnswers({"outcome": [words]})
    if not acting.number:
        raise InvalidAnswers({"number": [Text("Cần số, ký hiệu văn bản trả lời của nơi nhận.")]})
    _close_offer(acting, "taken_away")
    admission = standing.admission_of(acting.tx, row)
    if admission is not None and admission.closed_on is None:
        unit_change.take_over(acting, admission.id, None)
    else:
        leave_roll(acting)
        custody.hand(
            acting.tx,
            acting.student_id,
            None,
            on=acting.on,
            by=acting.by,
            now=acting.now,
            act_id=acting.act_id,
        )


def _tell_sender(acting: Acting, kind: str, receiver: int) -> None:
    """Who handed the person on learns of the answer."""
    tell(
        acting.tx,
        f"{kind}:{acting.act_id}",
        kind,
        to_organisation=row_of(acting).from_id,
        case_id=acting.case.id,
        facts={"organisation": receiver},
        now=acting.now,
    )


def _return(acting: Acting) -> None:
    _close_offer(acting, "returned")
    _tell_sender(acting, "handover_returned", acting.organisation_id or acting.case.custodian_id)
    stop(acting, ANSWER)
    start(acting, LETTER, acting.on, rule=LETTER_RULE[_is_member(acting)])


def _forward(acting: Acting) -> None:
    """To the organisation that it really is for: the letter goes on, the sender still answers."""
    row, tree = row_of(acting), tree_of(acting.tx)
    further = acting.answers["receiver_id"]
    if row.receiver_id is not None and tree.standing(row.receiver_id, acting.on) == further:
        raise InvalidAnswers({"receiver_id": [Text("Đó chính là nơi đang nhận. Hãy chọn nơi khác.")]})
    sender = _close_offer(acting, "forwarded")
    _set(acting, {"receiver_id": further, "addressee": None})
    _new_offer(acting, further, None, sender)
    if not _is_member(acting):
        start(acting, ANSWER, acting.on, rule=ANSWER_RULE[False])


def _close_offer(acting: Acting, word: str) -> int | None:
    """The open offer gets its answer; gives who wrote the letter."""
    return close_offer(acting.tx, acting.case.id, word, acting.on, acting.number, acting.act_id)


# --- arrived


def notice_of(acting: Acting) -> str | None:
    return NOTICES.get(variant_of(acting)) if acting.outcome == "arrived" else None


def confirm_arrival(acting: Acting) -> None:
    """Who goes for a time is waited for at home until the day on the letter."""
    stop(acting, ANSWER)
    if acting.outcome != "arrived":
        return
    _set(acting, {"arrived_on": acting.on})
    until = row_of(acting).until_on
    if variant_of(acting) == "temporary" and until is not None:
        start_until(acting, BACK, until)


def record_return(acting: Acting) -> None:
    change_status(acting, "away", "official")
    stop(acting, BACK)


def _set(acting: Acting, values: dict[str, Any]) -> None:
    acting.tx.execute(update(handover).where(handover.c.case_id == acting.case.id).values(values))
