"""Settings of the property tests: no time limit for one example on a busy machine, nothing kept on disk."""

from hypothesis import settings

settings.register_profile("domain", deadline=None, database=None)
settings.load_profile("domain")
