"""What others may ask over HTTP: webhooks and health."""
