"""What is true. Pure: no clock, no I/O, no Qt, no SQL."""
