"""What others may ask over HTTP: webhooks, health, and the API."""
