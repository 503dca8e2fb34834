"""How a letter of a handover looks, for the worker, who draws it outside of any request."""

from datetime import datetime
from weakref import WeakKeyDictionary

from flask import Flask, render_template

from engine.jobs import Done
from engine.transactions import Store
from workflows.season import letters
from workflows.transfers import words as said
from workflows.transfers.papers import Letter
from workflows.transfers.queries import Both

_apps: "WeakKeyDictionary[Store, Flask]" = WeakKeyDictionary()


def draw_letters(store: Store, now: datetime) -> Done:
    """The worker's job. What is sealed stays a dotted line; the code and the day of printing come with the
    stack. Papers are in Vietnamese, whoever prints them."""
    from web.application import create_app

    if store not in _apps:
        _apps[store] = create_app(store, config={"CLOCK": store.clock})
    with _apps[store].test_request_context():
        return letters.draw_letters(store, now, _text)


def _text(letter: Letter, both: Both) -> str:
    facts = {"variants": said.VARIANTS, "reasons": dict(said.REASONS), "opened": {}}
    return render_template("transfer_letter.html", letter=letter, both=both, **facts)
