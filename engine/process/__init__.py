"""The one seam to SpiffWorkflow: models parsed once, cases in a few hundred bytes. No database, no clock.

Only this folder imports the library. `state.py` and `process.py` touch its internals; that is why it is
pinned, and why random walks compare every step with the library as it comes.
"""

from engine.process.process import OpenItem, Process
from engine.process.settling import Functions
from engine.process.specs import Element, SpecSet

__all__ = ["Element", "Functions", "OpenItem", "Process", "SpecSet"]
