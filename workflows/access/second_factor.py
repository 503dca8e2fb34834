"""The second factor of those who decide: who must have one, its sealed secret, codes that are taken once.

A code of the authenticator is taken once: its counter is compared and kept in one statement, so that two
processes cannot both take it. A recovery code likewise: the list without it replaces the list with it.
"""

import base64
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import exists, or_, select, update

from engine.secrets import seal, unseal
from engine.transactions import Transaction
from workflows.organisations.kinds import (
    BASE_COMMITTEES,
    COMMUNE_COMMITTEE,
    DISTRICT_COMMITTEE,
    PARTY_BUILDING_BOARD,
    PROVINCE_COMMITTEE,
)
from workflows.organisations.records import organisation
from workflows.people.records import position, user_account

# Position → the kinds of organisation in which it signs or confirms; None: in every one.
MUST_HAVE: Mapping[str, frozenset[str] | None] = {
    "secretary": None,
    "deputy_secretary": None,
    "officer": frozenset(
        {PROVINCE_COMMITTEE, DISTRICT_COMMITTEE, COMMUNE_COMMITTEE, PARTY_BUILDING_BOARD, *BASE_COMMITTEES}
    ),
    "administrator": None,
}
RECOVERY_CODES: Final = 10
LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another on paper


def is_required(tx: Transaction, user_id: int, on: date) -> bool:
    """One of the user's positions on the day decides, and so asks for a second factor."""
    wanted = [
        position.c.position == word
        if kinds is None
        else (position.c.position == word) & organisation.c.kind.in_(kinds)
        for word, kinds in MUST_HAVE.items()
    ]
    found = (
        exists()
        .where(position.c.user_id == user_id, organisation.c.id == position.c.organisation_id, or_(*wanted))
        .where(position.c.valid_from <= on, or_(position.c.valid_to.is_(None), position.c.valid_to > on))
    )
    return bool(tx.execute(select(found)).scalar())


def ask(tx: Transaction, user_id: int, required: bool, now: datetime) -> None:
    """Keep since when a second factor is asked for; nothing, once no position asks for it any more."""
    asked = user_account.c.second_factor_asked_at
    since, changes = (now, asked.is_(None)) if required else (None, asked.is_not(None))
    tx.execute(
        update(user_account).where(user_account.c.id == user_id, changes).values(second_factor_asked_at=since)
    )


def make_recovery_codes() -> list[str]:
    """Ten codes of 10 letters, about 49 bits each."""
    return [
        "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(2))
        for _ in range(RECOVERY_CODES)
    ]


def keep_secret(tx: Transaction, user_id: int, secret: str, counter: int, codes: Sequence[str]) -> None:
    """From now on signing in asks for a code of this secret; the code of `counter` is used up."""
    values = {
        "tf_primary_method": "authenticator",
        "tf_totp_secret": _sealed(tx, user_id, secret),
        "tf_last_counter": counter,
        "mf_recovery_codes": json.dumps(_hashed(tx, user_id, codes)),
    }
    tx.execute(update(user_account).where(user_account.c.id == user_id).values(values))


def keep_recovery_codes(tx: Transaction, user_id: int, codes: Sequence[str]) -> None:
    """New recovery codes; the old ones are worthless."""
    kept = json.dumps(_hashed(tx, user_id, codes))
    tx.execute(update(user_account).where(user_account.c.id == user_id).values(mf_recovery_codes=kept))


def drop(tx: Transaction, user_id: int) -> None:
    """No second factor any more; for its owner, and for an administrator with a slip (time of grace anew)."""
    values = {
        "tf_primary_method": None,
        "tf_totp_secret": None,
        "tf_last_counter": None,
        "mf_recovery_codes": None,
        "second_factor_asked_at": None,
    }
    tx.execute(update(user_account).where(user_account.c.id == user_id).values(values))


def secret_of(tx: Transaction, user_id: int, sealed: str) -> str:
    """The secret in clear, from the column `tf_totp_secret`."""
    return unseal(_key(tx), base64.b64decode(sealed), _owner(user_id)).decode()


def take_counter(tx: Transaction, user_id: int, counter: int) -> bool:
    """True exactly once for a counter, and never for one before it."""
    last = user_account.c.tf_last_counter
    taken = tx.execute(
        update(user_account)
        .where(user_account.c.id == user_id, last.is_(None) | (last < counter))
        .values(tf_last_counter=counter)
    )
    return bool(taken.rowcount)


def take_recovery_code(tx: Transaction, user_id: int, typed: str) -> bool:
    """True exactly once for each recovery code, however it was written."""
    kept = tx.execute(select(user_account.c.mf_recovery_codes).where(user_account.c.id == user_id)).scalar()
    codes: list[str] = json.loads(kept) if kept else []
    given = _hashed(tx, user_id, [typed])[0]
    rest = [code for code in codes if not hmac.compare_digest(code, given)]
    if len(rest) == len(codes):
        return False
    taken = tx.execute(
        update(user_account)
        .where(user_account.c.id == user_id, user_account.c.mf_recovery_codes == kept)
        .values(mf_recovery_codes=json.dumps(rest))
    )
    return bool(taken.rowcount)


def codes_left(tx: Transaction, user_id: int) -> int:
    """How many recovery codes were not used."""
    kept = tx.execute(select(user_account.c.mf_recovery_codes).where(user_account.c.id == user_id)).scalar()
    return len(json.loads(kept)) if kept else 0


def _hashed(tx: Transaction, user_id: int, codes: Sequence[str]) -> list[str]:
    """Under a key of this installation: a copy of the database alone gives no code away."""
    plain = ("".join(char for char in code.lower() if char.isalnum()) for code in codes)
    return [tx.keys.sign(f"recovery code\0{user_id}\0{code}".encode()).hex() for code in plain]


def _sealed(tx: Transaction, user_id: int, secret: str) -> str:
    return base64.b64encode(seal(_key(tx), secret.encode(), _owner(user_id))).decode()


def _key(tx: Transaction) -> bytes:
    return tx.keys.sign(b"second factor")


def _owner(user_id: int) -> bytes:
    return f"second factor\0{user_id}".encode()
