"""A pretend WhatsApp in a process of its own, that reports no statuses; and the bodies that it is sent."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.app import App
from desktop.domain.templates import Template, values_for
from desktop.domain.variables import suggest
from desktop.services.bodies import callback_data
from desktop.services.demo import phones
from desktop.whatsapp import templates as template_payloads
from desktop.whatsapp.payloads import Envelope

TEMPLATE = "winter_clearance"
_END_WITHIN_S = 20.0


@contextmanager
def sandbox(folder: Path) -> Iterator[str]:
    """Start it, yield its address, end it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "sandbox.txt").open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "desktop", "sandbox", "--port", "0", "--no-statuses"],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=os.environ | {"ASSENT_HOME": str(folder)},
        )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        if not said:
            raise RuntimeError((folder / "sandbox.txt").read_text()[-2_000:])
        yield str(json.loads(said)["listening"])
    finally:
        process.terminate()
        try:
            process.wait(_END_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()


async def bodies(app: App, count: int) -> list[bytes]:
    """The bytes that the engine sends for its first `count` messages, made beforehand."""
    template = await app.templates.by_name(TEMPLATE)
    return [
        _body(template, number, phone) for number, phone in zip(range(1, count + 1), phones(), strict=False)
    ]


def _body(template: Template, number: int, phone: str) -> bytes:
    variables = tuple(suggest(name, template) for name in template.variables)
    values = values_for(variables, {"name": "Noémie Tremblay", "first_name": "Noémie", "phone": phone})
    envelope = Envelope(phone=phone, callback_data=callback_data("0123abcd", number))
    made = template_payloads.template(envelope, template, values)
    return json.dumps(made, separators=(",", ":"), ensure_ascii=False).encode()
