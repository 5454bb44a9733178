"""*Why?*: one card with the same words on every screen."""
