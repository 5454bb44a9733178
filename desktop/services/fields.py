"""Contact fields: which attributes contacts have, and of which type."""

from collections.abc import Sequence

from desktop.domain.activity import Deed
from desktop.domain.fields import KINDS, checked_choices, checked_name
from desktop.domain.filters import Attribute, Kind
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.services.rights import allow
from desktop.store import activity, contacts, fields
from desktop.store.engine import Store, Tx


class Fields:
    """The verbs on attribute definitions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def every(self) -> list[Attribute]:
        """All attributes, the oldest first."""
        return list((await self._store.read(contacts.known_attributes, people=True)).values())

    async def define(self, name: str, kind: Kind, choices: Sequence[str], user: User) -> Attribute:
        """A new attribute. Raises NotAllowed, or a Problem naming the field: name, kind, choices."""
        shown = checked_name(name)
        if kind not in KINDS:
            raise Problem("Wrong type", "A contact field cannot be of this type. Choose another one.", "kind")
        offered = checked_choices(kind, choices)

        def write(tx: Tx) -> Attribute:
            allow(tx, user, Right.FIELDS)
            _expect_free(tx, shown, None)
            made = contacts.make_attribute(tx, shown, kind, offered)
            fields.touch(tx)
            activity.log(tx, user, Deed.FIELD_DEFINED, shown, kind.value.replace("_", "/"))
            return made

        return await self._store.write(write)

    async def change(self, attribute_id: int, name: str, choices: Sequence[str], user: User) -> Attribute:
        """Rename it or change its choices; values that contacts have are kept. Raises like `define`.

        Segments, broadcasts, sequences and flows that name it follow.
        """
        shown = checked_name(name)

        def write(tx: Tx) -> Attribute:
            allow(tx, user, Right.FIELDS)
            known = fields.get(tx, attribute_id)
            _expect_free(tx, shown, attribute_id)
            changed = fields.change(tx, known, shown, checked_choices(known.kind, choices))
            if changed != known:
                was = f"was “{known.name}”" if known.name != shown else "choices changed"
                activity.log(tx, user, Deed.FIELD_DEFINED, shown, was)
            return changed

        return await self._store.write(write)

    async def used_count(self, attribute_id: int) -> int:
        """How many contacts have a value."""
        return await self._store.read(lambda tx: fields.used_count(tx, attribute_id))


def _expect_free(tx: Tx, name: str, attribute_id: int | None) -> None:
    if fields.id_of(tx, name) not in (None, attribute_id):
        raise Problem("Name taken", f"There is a field “{name}” already. Choose another name.", "name")
