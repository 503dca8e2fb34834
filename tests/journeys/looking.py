"""What is wrong with a page, as far as a machine sees it: barriers, width, console, words of two tongues."""

import re
from functools import cache

from axe_playwright_python.sync_playwright import Axe
from babel.messages.pofile import read_po
from playwright.sync_api import ConsoleMessage, Page

from web.language import CATALOGUES

AXE = {"rules": {"target-size": {"enabled": True}}}
FOLDED = "main details:not([open]) > summary"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What a person reads or hears: the text, and the words of labels, hints and pictures.
READ = """() => {
  const names = ["aria-label", "placeholder", "title", "alt"];
  const all = [...document.querySelectorAll(names.map((name) => `[${name}]`).join())];
  const said = all.flatMap((one) => names.map((name) => one.getAttribute(name) || ""));
  const kept = document.documentElement.lang === "vi" ? [] : document.querySelectorAll("main [lang=vi]");
  const whole = document.body.innerText;
  const text = [...kept].reduce((left, one) => left.replace(one.innerText, " "), whole);
  return [text, ...said].join(" \\n ");
}"""  # sources of the law are marked as the Vietnamese they stay
# A word without marks that could be a Vietnamese syllable.
SYLLABLE = re.compile(
    r"(?:ngh|ng|gh|gi|ch|kh|nh|ph|qu|th|tr|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ng|nh|ch|[cmnpt])?"
)
COMMAND = re.compile("“ketnap [^”]*”")  # typed on the server as it stands, in any language
VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")
# Names of things, the same in every language, and the names of the other language in its own words.
KEPT = {"excel", "csv", "xlsx", "pdf", "zip", "bpmn", "dmn", "mail", "email", "escape", "english", "tab"}


def look(page: Page, path: str, *, status: int = 200) -> list[str]:
    """Go there, open what is folded, and say what is wrong; nothing for what is no page."""
    told: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and "404" not in message.text:
            told.append(f"{path}: console: {message.text}")

    page.on("console", hear)
    answer = page.goto(path)
    page.wait_for_load_state("load")
    page.remove_listener("console", hear)
    if answer is None or answer.status != status:
        return [f"{path}: {answer.status if answer else 'no answer'} instead of {status}"]
    wider = page.evaluate(WIDER)
    if wider > 0:
        told.append(f"{path}: {wider} pixels wider than the screen")
    for summary in page.locator(FOLDED).all():
        if summary.is_visible():
            summary.click()
    if page.evaluate(WIDER) > wider:
        told.append(f"{path}: wider than the screen when everything is open")
    return told + [f"{path}: {found['id']}: {found['nodes'][0]['html'][:160]}" for found in barriers(page)]


def barriers(page: Page) -> list[dict]:  # type: ignore[type-arg]
    return list(Axe().run(page, options=AXE).response["violations"])


def foreign_words(page: Page, names: list[str]) -> list[str]:
    """Words on a Vietnamese page that are none: no syllable, or a sentence of the English catalogue."""
    text = COMMAND.sub(" ", _without(page.evaluate(READ), names))
    words = {word for word in re.findall(r"(?<![\w@.:/-])[a-z]{2,}(?![\w@:/-])", text) if word not in KEPT}
    found = sorted(word for word in words if not SYLLABLE.fullmatch(word))
    return found + [sentence for sentence in _english() if sentence in text]


def vietnamese_sentences(page: Page, names: list[str]) -> list[str]:
    """Sentences of the source that stand untranslated on an English page."""
    text = _without(page.evaluate(READ), names)
    return [piece for piece in _source() if piece in text]


def _without(text: str, names: list[str]) -> str:
    for name in names:
        text = text.replace(name, " ")
    return " ".join(text.split())


@cache
def _catalogue() -> dict[str, str]:
    with (CATALOGUES / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale="en") if one.id}


@cache
def _english() -> list[str]:
    return [piece for english in _catalogue().values() for piece in _pieces(english) if " " in piece]


@cache
def _source() -> list[str]:
    return [piece for source in _catalogue() for piece in _pieces(source) if VIETNAMESE.search(piece)]


def _pieces(sentence: str) -> list[str]:
    """The fixed parts of a sentence that are long enough to be no chance."""
    return [piece.strip() for piece in re.split(r"\{\w+\}", sentence) if len(piece.strip()) > 12]
