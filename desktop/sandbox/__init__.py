"""A pretend WhatsApp on this computer: the Cloud API, webhooks and a control API, in one aiohttp server."""
