"""Python's collector of garbage, put off while a long list is read.

A list makes hundreds of thousands of objects that all stay: looking at them again and again took a third of
the time.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def put_off() -> Iterator[None]:
    """No collection inside; on again afterwards if it was on."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
