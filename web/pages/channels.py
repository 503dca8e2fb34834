"""Kênh gửi ra ngoài: the network as the administrator declares it, and mail that could not be sent."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, url_for
from flask import request as sent
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, Text
from engine.transactions import Transaction
from web import forms
from web.entry import now, opens, refusal, typed, user_id
from web.language import words
from web.mail import Post
from workflows.access import Whole
from workflows.admission.fields import Sheet, choice, tick
from workflows.reminders import channels

pages = Blueprint("channels", __name__)


# What is kept of a refusal is its class and code (web/mail.py).
REFUSALS: Final = {
    "Refused": "không nhận thư này (mã {code})",
    "LineDown": "mất kết nối giữa chừng",
}


class Network(Sheet):
    """Where this program runs, and whether mail may leave it."""

    zone = choice("Chương trình chạy ở đâu", list(channels.ZONES.items()), required=True)
    mail = tick(
        "Cho phép gửi thư điện tử",
        help="Thư chỉ có số thông báo, số việc, số quá hạn và đường dẫn; không có tên, ngày sinh, "
        "số hồ sơ. Bỏ dấu chọn là ngừng gửi ngay, thư chưa gửi bị bỏ.",
    )


@pages.get("/operations/channels")
@opens("channels.manage", Whole)
def index(tx: Transaction) -> str:
    why = refusal()
    history = channels.declared(tx)
    values: dict[str, Any] = {"zone": history[0].zone, "mail": history[0].mail} if history else {}
    groups = forms.show(
        Network,
        values=values,
        typed=sent.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    return render_template(
        "channels.html",
        groups=groups,
        refusal=why,
        history=history,
        zones=channels.ZONES,
        unsent=channels.unsent(tx),
        server=Post.read(),
        why=_why,
    )


def _why(kept: str | None) -> Text:
    """In words; a mail that was not tried yet has none."""
    if not kept:
        return Text("chưa đến lượt")
    kind, _, rest = kept.partition(":")
    if kind in REFUSALS:
        return Text(REFUSALS[kind], code=rest.split()[-1] if rest else kind)
    return Text("lỗi khi gửi (mã {code})", code=kind.partition(" (")[0])


@pages.post("/operations/channels")
@opens("channels.manage", Whole, writing=True, again="channels.index")
def declare(tx: Transaction) -> Response:
    answers = forms.load(Network, sent.form)
    channels.declare(tx, answers["zone"], answers["mail"], by=user_id(), now=now())
    flash(
        words("Đã ghi. Từ giờ thư được gửi đi.")
        if answers["mail"]
        else words("Đã ghi. Không thư nào được gửi."),
        "done",
    )
    return redirect(url_for("channels.index"), 303)


@pages.post("/operations/channels/<number:message_id>/again")
@opens("channels.manage", Whole, writing=True)
def send_again(tx: Transaction, message_id: int) -> Response:
    channels.send_again(tx, message_id)
    flash(words("Thư sẽ được gửi lại trong ít phút."), "done")
    return redirect(url_for("channels.index", _anchor="unsent"), 303)


@pages.post("/operations/channels/<number:message_id>/drop")
@opens("channels.manage", Whole, writing=True)
def drop(tx: Transaction, message_id: int) -> Response:
    channels.drop(tx, message_id)
    flash(words("Đã bỏ thư ấy; thông báo trong chương trình vẫn còn."), "done")
    return redirect(url_for("channels.index", _anchor="unsent"), 303)
