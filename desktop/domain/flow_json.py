"""Flows as JSON, for the store and for files."""

from functools import cache
from typing import Any, Final

from desktop.domain.flow import FlowDefinition
from desktop.domain.problems import Problem


def to_json(definition: FlowDefinition) -> dict[str, Any]:
    made: dict[str, Any] = _adapter().dump_python(definition, mode="json")
    return made


def from_json(data: Any) -> FlowDefinition:
    """A definition from its JSON. Raises Problem, naming the place, for what is none."""
    from pydantic import ValidationError

    try:
        made: FlowDefinition = _adapter().validate_python(data, extra="forbid")
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Problem(
            "Not a flow",
            f"At “{place}”: {_OF_KIND.get(first['type'], first['msg'])}. Export the flow anew, or make it here.",
            "file",
        ) from wrong
    return made


_OF_KIND: Final = {
    "union_tag_invalid": "No step is of this kind",
    "union_tag_not_found": "The kind of the step is missing",
}


@cache
def _adapter() -> Any:
    # Imported where it is first needed: a window that shows no bot starts without it.
    from pydantic import TypeAdapter

    return TypeAdapter(FlowDefinition)
