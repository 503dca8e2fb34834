"""The library of the engine's tests, and whether the long versions run (`make faults`)."""

import os

from tests.engine.conftest import library

__all__ = ["library"]

LONG = os.environ.get("KETNAP_FAULTS") == "long"
