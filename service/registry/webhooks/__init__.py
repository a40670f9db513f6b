"""Webhooks: which address an organisation is told at, the queue of what it is told, and the signed POST."""
