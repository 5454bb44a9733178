"""How the program speaks to WhatsApp's Cloud API. Only `send` lets a message leave, and only the
dispatcher may import it."""
