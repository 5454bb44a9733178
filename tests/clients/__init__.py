"""Client libraries of the Cloud API, as their makers publish them, pointed at Assent."""
