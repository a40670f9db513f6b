"""Digests: what is new for an organisation, by e-mail or webhook; off until an operator sets one."""
