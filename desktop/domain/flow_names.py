"""The names inside a node: those that it gives to later ones, and those that it draws on. Pure."""

from collections.abc import Iterator

from desktop.domain import flow_nodes as nodes
from desktop.domain.filters import ATTRIBUTE
from desktop.domain.flow_nodes import About, Does
from desktop.domain.flow_texts import ANSWER, SECRET, names_in


def gives(does: Does) -> tuple[str, ...]:
    """The names of the answers that a node keeps."""
    if isinstance(does, nodes.Asks):
        return (does.answer,) if does.answer else ()
    if isinstance(does, nodes.Request):
        return tuple(one.answer for one in does.takes if one.answer)
    return ()


def texts(does: Does) -> Iterator[tuple[str, str]]:
    """Each text in which {{…}} are filled, with the name of its part."""
    if isinstance(does, nodes.SendText | nodes.SendButtons | nodes.SendList | nodes.Question):
        yield "text", does.text
    if isinstance(does, nodes.Asks):
        yield "invalid_text", does.invalid_text
    elif isinstance(does, nodes.SendMedia):
        yield "link", does.link
        yield "caption", does.caption
    elif isinstance(does, nodes.SetAttribute):
        yield "value", does.value
    elif isinstance(does, nodes.Request):
        yield "url", does.url
        for at, (_, value) in enumerate(does.headers):
            yield f"headers:{at}", value
        yield "body", does.body


def needs(does: Does) -> Iterator[tuple[str, str]]:
    """Each name that a node draws on, with its part: answers, fields of the contact; secrets aside."""
    for part, text in texts(does):
        for name in names_in(text):
            if not name.startswith(SECRET):
                yield part, name.removeprefix(ATTRIBUTE)
    if isinstance(does, nodes.SendTemplate):
        for one in does.variables:
            if one.field.startswith(ANSWER):
                yield f"variables:{one.name}", one.field.removeprefix(ANSWER)
    elif isinstance(does, nodes.Decide) and does.about is About.ANSWER and does.answer:
        yield "answer", does.answer
