"""What the program does: async verbs over the store and WhatsApp."""
