"""The consent gate: the Cloud API's own shape, for clients that would otherwise talk to WhatsApp."""
