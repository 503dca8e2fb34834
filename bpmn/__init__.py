"""The models: what comes next, as BPMN 2.0 and DMN that any modeller opens. Words, no numbers."""

from importlib.resources import files as resources


def files() -> dict[str, bytes]:
    """Every model of the house by file name ("admission.bpmn"), in the order of their names."""
    room = resources(__name__)
    models = (entry for entry in room.iterdir() if entry.name.endswith((".bpmn", ".dmn")))
    return {entry.name: entry.read_bytes() for entry in sorted(models, key=lambda entry: entry.name)}
