"""The error that is meant for a person: what happened, to what, and what to do."""


class Problem(Exception):
    """Something a person can understand and act on.

    title: a few words; sentence: what happened to what and what to do; field: the input that caused it,
    so that the message stands beside it ("" when there is none).
    """

    def __init__(self, title: str, sentence: str, field: str = "") -> None:
        super().__init__(f"{title}. {sentence}")
        self.title = title
        self.sentence = sentence
        self.field = field


class NotAllowed(Problem):
    """The person's role does not include this."""


class NotFound(Problem):
    """What was asked for is not there (any more)."""


class Overtaken(Problem):
    """Somebody else changed it first."""
