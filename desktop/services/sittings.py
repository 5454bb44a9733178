"""Who proved in this process who they are, and with which password."""

from hashlib import sha256


class Sittings:
    """Kept in memory only, for as long as somebody sits here; digests of the password's hash, never the hash.

    Proofs come from the thread of the window and, before a commit, from the one that writes: each change is a
    single step of the interpreter.
    """

    def __init__(self) -> None:
        self._proofs: dict[int, frozenset[str]] = {}

    def prove(self, person_id: int, hash: str) -> None:
        """The person is who they say they are, as long as this hash (or one proved before) is the kept one."""
        self._proofs[person_id] = self._proofs.get(person_id, frozenset()) | {_digest(hash)}

    def knows(self, person_id: int) -> bool:
        """True if the person proved it at all, with whichever password."""
        return person_id in self._proofs

    def holds(self, person_id: int, hash: str) -> bool:
        """True if the person proved it with the password that is kept now as `hash`."""
        return _digest(hash) in self._proofs.get(person_id, frozenset())

    def end(self, person_id: int) -> None:
        """The person left, or somebody else sits here: next time they say again who they are."""
        self._proofs.pop(person_id, None)


def _digest(hash: str) -> str:
    return sha256(hash.encode("utf-8")).hexdigest()
