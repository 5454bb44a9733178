"""This machine: settings, secrets, paths, logs, clocks, and the other way out over HTTP."""
