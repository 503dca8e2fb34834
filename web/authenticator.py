"""Codes of an authenticator application (TOTP, RFC 6238): matched, offered as a picture, taken once.

A code of the step before or after is right too, because clocks of telephones are not exact.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from passlib.exc import TokenError
from passlib.totp import TOTP
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from engine.errors import Failure, InvalidAnswers, Text
from engine.secrets import seal, unseal
from web.entry import store, wall
from workflows.access import accounts, second_factor

STEP = 30  # seconds
ISSUER = "Ket nap"
OFFER_LASTS = timedelta(minutes=30)
NOT_THIS_CODE = Text(
    "Mã không khớp. Hãy gõ 6 chữ số đang hiện trong ứng dụng; nếu vẫn sai, hãy xem lại giờ của điện thoại."
)
OFFER_OVER = Text("Trang mở lâu quá nên mã vạch này không dùng được nữa. Hãy quét mã vạch mới.")


@dataclass(frozen=True)
class Offer:
    """A secret and recovery codes that are kept once a first code has shown that they arrived.

    `replaces`: the password was asked for, the secret may take the place of another (a new telephone).
    """

    secret: str
    codes: list[str]
    replaces: bool = False


def make_offer(replaces: bool = False) -> Offer:
    return Offer(TOTP.new(size=20).base32_key, second_factor.make_recovery_codes(), replaces)


def pack(offer: Offer, user_id: int) -> str:
    """The offer, sealed for its user: it waits in the page, not in the database."""
    until = (wall() + OFFER_LASTS).timestamp()
    plain = json.dumps([offer.secret, offer.codes, offer.replaces, until]).encode()
    return urlsafe_b64encode(seal(_key(), plain, str(user_id).encode())).decode()


def unpack(packed: str, user_id: int) -> Offer | None:
    """The offer of the page; None where it is too old or somebody else's."""
    try:
        plain = unseal(_key(), urlsafe_b64decode(packed[:4000]), str(user_id).encode())
        secret, codes, replaces, until = json.loads(plain)
    except (Failure, NotBase64, ValueError):
        return None
    return Offer(secret, codes, replaces) if until > wall().timestamp() else None


def accept(account: accounts.Account, offer: Offer, typed: str) -> None:
    """Keep the offered secret, if the first code fits. Sent twice, it is done once."""
    if account.tf_totp_secret and secret_of(account) == offer.secret:
        return
    if not offer.secret or (account.tf_totp_secret and not offer.replaces):
        raise InvalidAnswers({"code": [OFFER_OVER]})
    counter = counter_of(offer.secret, typed, wall())
    if counter is None:
        raise InvalidAnswers({"code": [NOT_THIS_CODE]})
    with store().transaction() as tx:
        second_factor.keep_secret(tx, account.id, offer.secret, counter, offer.codes)


def take(account: accounts.Account, typed: str) -> str | None:
    """Use up a code; "code" or "recovery" says which it was, None: wrong, or used before."""
    if len("".join(typed.split())) == 6:
        counter = counter_of(secret_of(account), typed, wall())
        if counter is None:
            return None
        with store().transaction() as tx:
            return "code" if second_factor.take_counter(tx, account.id, counter) else None
    with store().transaction() as tx:
        return "recovery" if second_factor.take_recovery_code(tx, account.id, typed[:40]) else None


def secret_of(account: accounts.Account) -> str:
    with store().transaction(writing=False) as tx:
        return second_factor.secret_of(tx, account.id, account.tf_totp_secret or "")


def counter_of(secret: str, typed: str, at: datetime) -> int | None:
    """The number of the step whose code this is; None where it is no code of this minute."""
    try:
        found = TOTP(secret).match("".join(typed.split()), at, window=STEP)
    except TokenError:
        return None
    return int(found.counter)


def address_of(secret: str, username: str) -> str:
    """What the picture says to the application."""
    return f"otpauth://totp/{quote(ISSUER)}:{quote(username)}?secret={secret}&issuer={quote(ISSUER)}"


def picture(words: str) -> tuple[int, str]:
    """A QR code as (width in modules, the `d` of an SVG path): drawn here, without a service of others."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(words)
    code.make(fit=True)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return len(rows), path


def grouped(secret: str) -> str:
    """The secret in groups of four, to be typed where there is no camera."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def _key() -> bytes:
    return store().keys.sign(b"offered second factors")
