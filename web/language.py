"""Vietnamese is the source, English the second language; dates are dd/mm/yyyy in both.

Messages of the rooms below come as `Text(msgid, **params)`: the sentence is translated, then filled.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, session
from flask_babel import Babel
from flask_login import current_user

from engine.errors import Text
from engine.time import VIETNAM

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
CATALOGUES = Path(__file__).parent / "translations"


def install(app: Flask) -> None:
    Babel(app, locale_selector=chosen, default_timezone="Asia/Ho_Chi_Minh")
    app.jinja_env.globals.update(_=words, words=words, languages=LANGUAGES, language=chosen)
    app.jinja_env.filters.update(day=day, moment=moment, words=words, label=label)


def chosen() -> str:
    """The language of this request: chosen in the session, else Vietnamese."""
    if not has_request_context():
        return "vi"
    if "language" not in g:
        asked = session.get("language") or getattr(current_user, "language", None)
        g.language = asked if asked in LANGUAGES else "vi"
    return str(g.language)


def words(text: Any, **params: object) -> str:
    """A Vietnamese sentence or a `Text`, in the language of the request, with its places filled."""
    return say(chosen(), text, **params)


def say(language: str, text: Any, **params: object) -> str:
    """The same in a given language: for whoever reads it later, outside of any request."""
    if text is None:
        return ""
    msgid, found = (text.msgid, dict(text.params)) if isinstance(text, Text) else (str(text), {})
    sentence = catalogue(language).gettext(msgid) if msgid else ""
    places = {name: _shown(value, language) for name, value in {**found, **params}.items()}
    return sentence.format_map(_Kept(places)) if places else sentence


@cache
def catalogue(language: str) -> NullTranslations:
    """The catalogue is read from its .po once a process: nothing compiled has to be kept in step."""
    source = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not source.exists():
        return NullTranslations()
    packed = BytesIO()
    with source.open("rb") as file:
        write_mo(packed, read_po(file, locale=language))
    packed.seek(0)
    return Translations(packed)


def day(value: date | datetime | str | None) -> str:
    """dd/mm/yyyy, whatever the language; a date kept as text in the journal too."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return value
    if isinstance(value, datetime):
        value = value.astimezone(VIETNAM)
    return value.strftime("%d/%m/%Y")


def moment(value: datetime | None) -> str:
    """Day and minute in Vietnam."""
    return value.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M") if value else ""


def label(element: str, labels: Mapping[str, str]) -> str:
    """The name of an element in the user's language; the element itself where it has none."""
    return words(labels.get(element, element))


def _shown(value: object, language: str) -> object:
    if isinstance(value, Text):
        return say(language, value)
    if isinstance(value, (date, datetime)):
        return day(value)
    return value


class _Kept(dict[str, object]):
    """A place without a value stays visible instead of breaking the page."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"
