"""Opening the store that the settings name: the key first, then the database, then a look at its form."""

import gc

from sqlalchemy import Engine

from engine.database import check_schema, open_engine
from engine.secrets import Keys
from engine.transactions import Store
from web.settings import Settings
from workflows import schema
from workflows.admission.registry import registry
from workflows.sandbox.clock import clock_of


def open_database(settings: Settings) -> Engine:
    """The database, whatever its form, with the key that is there."""
    return open_engine(settings.database_url, Keys.load(settings.key_file).database)


def make_database(settings: Settings) -> tuple[Engine, Keys, bool]:
    """The database, its keys, and whether those were made just now; makes the folder, key and file."""
    keys, new = Keys.load_or_create(settings.key_file, data_folder=settings.data)
    if settings.embedded:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    return open_engine(settings.database_url, keys.database, create=True), keys, new


def open_store(settings: Settings) -> Store:
    """The store, ready for work; Unavailable with a sentence where the key or the tables do not fit.

    Its clock is chosen here: web, worker and commands of a sandbox all read the day that stands there.
    """
    keys = Keys.load(settings.key_file)
    engine = open_engine(settings.database_url, keys.database)
    check_schema(engine, schema.head())
    store = Store(engine, registry=registry(), keys=keys)
    store.clock = clock_of(store)
    gc.freeze()  # what is loaded by now lives as long as the process; collections need not look through it
    return store
