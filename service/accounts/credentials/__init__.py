"""Credentials of people and programs: passwords, passkeys, one-time codes, API keys."""
