"""What the admission hands to the engine: verbs, due days, who answers, clocks, lanes, forms, labels."""

from datetime import date

from engine.registry import Registry
from engine.transactions import Transaction
from workflows.admission.clocks import TASK_CLOCK
from workflows.admission.forms import FORMS
from workflows.admission.guards import DUES
from workflows.admission.services import SERVICES, ahead
from workflows.admission.steps import LANES, SERVICE_LABELS, STEPS
from workflows.organisations.resolution import resolve
from workflows.rules.queries import calendar_of
from workflows.transfers import following
from workflows.transfers.standing import SERVICES as HANDOVER_SERVICES


def build_registry() -> Registry:
    """The one registry of this program."""
    return Registry(
        services={**SERVICES, **HANDOVER_SERVICES},
        dues=DUES,
        place=resolve,
        task_clock=TASK_CLOCK,
        lanes=frozenset(LANES),
        forms=frozenset(FORMS),
        labels={**SERVICE_LABELS, **{element: step.label for element, step in STEPS.items()}},
        is_worked=_is_worked,
        ahead=ahead,
        timed=following.timed,
    )


def _is_worked(tx: Transaction, day: date) -> bool:
    return calendar_of(tx).is_working_day(day)


registry = build_registry
