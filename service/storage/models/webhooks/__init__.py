"""Tables of webhooks and of what they are sent."""
