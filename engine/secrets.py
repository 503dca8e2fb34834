"""Keys and what they seal: the database file, and each personal field under a key of its own subject.

One master key in a file (mode 0600, outside of the data folder) gives all others by HKDF. A field is sealed
by AES-GCM under its subject's key, which the master key wraps: destroying that one key erases the subject for
ever. Looking up goes by a blind index (HMAC). Every reading leaves a row.
"""

import base64
import hashlib
import hmac
import os
import stat
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import and_, delete, insert, select, update

from engine.errors import NotFound, Text, Unavailable
from engine.records import personal, read_log, subject_key

if TYPE_CHECKING:
    from engine.transactions import Transaction

NONCE = 12
HEADING = "ketnap key 1"
MISSING = "Không có tệp khóa ở {place}. Hãy đặt lại tệp khóa, hoặc nhập phiếu khôi phục khóa."
READABLE = "Tệp khóa {place} đang cho người khác đọc. Hãy chạy “chmod 600 {place}” rồi khởi động lại."
INSIDE = "Tệp khóa không được nằm trong thư mục dữ liệu {place}. Hãy đặt khóa ở thư mục khác."
UNREADABLE = "Tệp khóa {place} không đúng dạng. Hãy đặt lại bản gốc, hoặc nhập phiếu khôi phục khóa."
WRONG_SHEET = "Phiếu khôi phục nhập chưa đúng. Hãy so lại từng nhóm ký tự."
WRONG_KEY = "Khóa không mở được thông tin riêng của mục này. Hãy đặt lại đúng tệp khóa."
ERASED = "Thông tin riêng của người này đã được xóa vĩnh viễn."


class Keys:
    """The master key and the keys derived from it. It never prints itself."""

    def __init__(self, master: bytes) -> None:
        if len(master) != 32:
            raise ValueError("a master key has 32 bytes")
        self.master = master
        self.database = self._derive(b"database")
        self._wrapping = AESGCM(self._derive(b"subject keys"))
        self._index = self._derive(b"blind index")
        self._signing = self._derive(b"journal heads")

    def _derive(self, purpose: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=b"ketnap " + purpose).derive(self.master)

    @classmethod
    def create(cls, path: Path | str, *, data_folder: Path | str | None = None) -> "Keys":
        """Makes a new key file, mode 0600; FileExistsError where there is one. Refuses the data folder."""
        path = Path(path)
        if data_folder and path.resolve().is_relative_to(Path(data_folder).resolve()):
            raise Unavailable(Text(INSIDE, place=str(data_folder)))
        keys = cls(os.urandom(32))
        keys.save(path)
        return keys

    @classmethod
    def load(cls, path: Path | str) -> "Keys":
        """Reads a key file; Unavailable where it is missing, damaged, or readable by others."""
        path = Path(path)
        try:
            mode = path.stat().st_mode
            if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise Unavailable(Text(READABLE, place=str(path)))
            heading, _, body = path.read_text(encoding="ascii").partition("\n")
            if heading != HEADING:
                raise ValueError(heading)
            return cls(_from_groups(body))
        except FileNotFoundError as error:
            raise Unavailable(Text(MISSING, place=str(path))) from error
        except (ValueError, OSError) as error:
            raise Unavailable(Text(UNREADABLE, place=str(path))) from error

    @classmethod
    def load_or_create(cls, path: Path | str, *, data_folder: Path | str) -> tuple["Keys", bool]:
        """The keys, and whether they were made just now (then the recovery sheet is to be printed)."""
        try:
            return cls.create(path, data_folder=data_folder), True
        except FileExistsError:
            return cls.load(path), False

    @classmethod
    def from_recovery(cls, groups: str) -> "Keys":
        """The keys typed in from a recovery sheet."""
        try:
            return cls(_from_groups(groups))
        except ValueError as error:
            raise Unavailable(Text(WRONG_SHEET)) from error

    def save(self, path: Path | str) -> None:
        """Writes the key file; it is never written over."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{HEADING}\n{_to_groups(self.master)}\n")

    def recovery_sheet(self, place: str) -> str:
        """The text of the sheet to print, seal in an envelope and keep apart from the backups."""
        groups = _to_groups(self.master).split()
        lines = "\n".join("    " + "  ".join(groups[start : start + 4]) for start in range(0, len(groups), 4))
        return (
            "PHIẾU KHÔI PHỤC KHÓA — KẾT NẠP\n\n"
            f"Cơ sở dữ liệu: {place}\n"
            f"Dấu nhận khóa: {self.fingerprint}\n\n{lines}\n\n"
            "Mất cả tệp khóa lẫn phiếu này thì không ai đọc lại được dữ liệu, kể cả bản sao lưu.\n"
            "Hãy in phiếu, cho vào phong bì niêm phong, cất ở nơi khác với bản sao lưu; không gửi qua mạng.\n"
        )

    @property
    def fingerprint(self) -> str:
        """A short mark that tells two keys apart and tells nothing about them."""
        return hashlib.sha256(self._derive(b"fingerprint")).hexdigest()[:8]

    def blind_index(self, field: str, value: str) -> bytes:
        """What equal values of a field have in common, and nothing else: for looking up and doubles."""
        folded = unicodedata.normalize("NFC", value).casefold().strip()
        return hmac.digest(self._index, f"{field}\0{folded}".encode(), "sha256")

    def sign(self, message: bytes) -> bytes:
        """A signature of this installation (HMAC), for heads of the journal."""
        return hmac.digest(self._signing, message, "sha256")

    def wrap(self, key: bytes, owner: bytes) -> bytes:
        """Seals a subject's key under the master key, bound to its owner."""
        return _seal(self._wrapping, key, owner)

    def unwrap(self, wrapped: bytes, owner: bytes) -> bytes:
        """Opens a subject's key."""
        return _unseal(self._wrapping, wrapped, owner)

    def __repr__(self) -> str:
        return f"<Keys {self.fingerprint}>"


def seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """AES-GCM; `bound_to` must be the same when it is opened."""
    return _seal(AESGCM(key), plain, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """Opens what `seal` made; Unavailable with another key or another owner."""
    return _unseal(AESGCM(key), sealed, bound_to)


def write_personal(
    tx: "Transaction",
    subject_kind: str,
    subject_id: int,
    fields: Mapping[str, str | None],
    *,
    look_up: Iterable[str] = (),
) -> None:
    """Seals a subject's personal fields, replacing earlier ones; None removes a field.

    Fields named in `look_up` also get a blind index. NotFound once the subject was erased.
    """
    key = _key_of(tx, subject_kind, subject_id, make=True)
    theirs = (personal.c.subject_kind == subject_kind, personal.c.subject_id == subject_id)
    tx.execute(delete(personal).where(*theirs, personal.c.field.in_(fields)))
    looked_up = set(look_up)
    rows = [
        {
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "field": name,
            "sealed": seal(key, value.encode(), _owner(subject_kind, subject_id, name)),
            "blind": tx.keys.blind_index(name, value) if name in looked_up else None,
        }
        for name, value in fields.items()
        if value is not None
    ]
    if rows:
        tx.execute(insert(personal), rows)


def reveal(
    tx: "Transaction",
    subject_kind: str,
    subject_id: int,
    fields: Iterable[str],
    *,
    by: int | None,
    purpose: str,
    now: datetime,
    told: Iterable[str] = (),
) -> dict[str, str]:
    """The plain values of the fields that exist, and a row saying who read what of whom, when and why.

    `told`: fields whose reading the log tells already (a page loaded again); without news there is no row.
    """
    wanted = sorted(set(fields))
    news = sorted(set(wanted) - set(told))
    found = tx.execute(
        select(personal.c.field, personal.c.sealed).where(
            personal.c.subject_kind == subject_kind,
            personal.c.subject_id == subject_id,
            personal.c.field.in_(wanted),
        )
    ).all()
    row = {"subject_kind": subject_kind, "subject_id": subject_id, "fields": news}
    if news or not wanted:
        tx.execute(insert(read_log), row | {"by": by, "purpose": purpose, "at": now})
    if not found:
        return {}
    key = _key_of(tx, subject_kind, subject_id, make=False)
    return {
        row.field: unseal(key, row.sealed, _owner(subject_kind, subject_id, row.field)).decode()
        for row in found
    }


def look_up(tx: "Transaction", subject_kind: str, field: str, value: str) -> list[int]:
    """The subjects whose field has this value, found without opening anything."""
    blind = tx.keys.blind_index(field, value)
    query = select(personal.c.subject_id).where(
        personal.c.subject_kind == subject_kind, personal.c.field == field, personal.c.blind == blind
    )
    return list(tx.execute(query.order_by(personal.c.subject_id)).scalars())


def erase_subject(tx: "Transaction", subject_kind: str, subject_id: int, *, now: datetime) -> None:
    """Destroys the subject's key and fields. What was sealed can never be read again, by anybody."""
    theirs = and_(subject_key.c.subject_kind == subject_kind, subject_key.c.subject_id == subject_id)
    tx.execute(
        delete(personal).where(personal.c.subject_kind == subject_kind, personal.c.subject_id == subject_id)
    )
    gone = {"wrapped": None, "erased_at": now}
    if not tx.execute(update(subject_key).where(theirs).values(gone)).rowcount:
        tx.execute(insert(subject_key), {"subject_kind": subject_kind, "subject_id": subject_id, **gone})


def _key_of(tx: "Transaction", subject_kind: str, subject_id: int, *, make: bool) -> bytes:
    owner = _owner(subject_kind, subject_id)
    row = tx.execute(
        select(subject_key.c.wrapped).where(
            subject_key.c.subject_kind == subject_kind, subject_key.c.subject_id == subject_id
        )
    ).first()
    if row is not None:
        if row.wrapped is None:
            raise NotFound(Text(ERASED))
        return tx.keys.unwrap(row.wrapped, owner)
    if not make:
        raise NotFound(Text(ERASED))
    key = os.urandom(32)
    tx.execute(
        insert(subject_key),
        {"subject_kind": subject_kind, "subject_id": subject_id, "wrapped": tx.keys.wrap(key, owner)},
    )
    return key


def _owner(subject_kind: str, subject_id: int, field: str = "") -> bytes:
    return f"{subject_kind}\0{subject_id}\0{field}".encode()


def _seal(cipher: AESGCM, plain: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, plain, bound_to)


def _unseal(cipher: AESGCM, sealed: bytes, bound_to: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], bound_to)
    except InvalidTag as error:
        raise Unavailable(Text(WRONG_KEY)) from error


def _to_groups(master: bytes) -> str:
    check = hashlib.sha256(master).digest()[:3]
    letters = base64.b32encode(master + check).decode()  # 35 bytes: 56 letters, 14 groups of 4
    return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _from_groups(groups: str) -> bytes:
    letters = "".join(groups.split()).upper().replace("0", "O").replace("1", "I").replace("8", "B")
    raw = base64.b32decode(letters)
    master, check = raw[:32], raw[32:]
    if hashlib.sha256(master).digest()[:3] != check:
        raise ValueError("checksum")
    return master
