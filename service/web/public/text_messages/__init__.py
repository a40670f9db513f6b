"""Checks by text message: a provider's webhook, and a page of the operator's machine that does the same."""
