"""Sentences of pages for admins: audit entries, roles, imports, suspects, digests."""
