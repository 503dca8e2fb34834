"""An uploaded list is kept sealed while somebody looks at its dry run, and forgotten after a day."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, select

from engine.transactions import Transaction
from workflows.access.records import upload

KEPT = timedelta(days=1)
OWNER = b"upload"


class Upload(NamedTuple):
    """A file as it was sent."""

    id: int
    institution_id: int
    filename: str
    content: bytes


def keep_upload(
    tx: Transaction, institution_id: int, filename: str, content: bytes, *, by: int, now: datetime
) -> int:
    """Seal a file and give its number; what is older than a day goes."""
    tx.execute(delete(upload).where(upload.c.at < now - KEPT))
    row = {
        "institution_id": institution_id,
        "by": by,
        "filename": filename[:200],
        "sealed": tx.keys.wrap(content, OWNER),
        "at": now,
    }
    return tx.insert(upload, row)


def find_upload(tx: Transaction, upload_id: int) -> Upload | None:
    """None once it was taken over, or a day has gone by."""
    row = tx.execute(select(upload).where(upload.c.id == upload_id)).one_or_none()
    if row is None:
        return None
    return Upload(row.id, row.institution_id, row.filename, tx.keys.unwrap(row.sealed, OWNER))


def forget_upload(tx: Transaction, upload_id: int) -> None:
    tx.execute(delete(upload).where(upload.c.id == upload_id))
