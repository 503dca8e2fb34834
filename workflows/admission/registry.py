"""What the admission hands to the engine: verbs, due days, who answers, clocks, lanes, forms, labels."""

from engine.registry import Registry
from workflows.admission.clocks import TASK_CLOCK
from workflows.admission.forms import FORMS
from workflows.admission.guards import DUES
from workflows.admission.services import SERVICES
from workflows.admission.steps import LANES, SERVICE_LABELS, STEPS
from workflows.organisations.resolution import resolve


def build_registry() -> Registry:
    """The one registry of this program."""
    return Registry(
        services=SERVICES,
        dues=DUES,
        place=resolve,
        task_clock=TASK_CLOCK,
        lanes=frozenset(LANES),
        forms=frozenset(FORMS),
        labels={**SERVICE_LABELS, **{element: step.label for element, step in STEPS.items()}},
    )


registry = build_registry
