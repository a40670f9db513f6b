"""Pages of accounts: signing in, one's own account, an organisation's people and keys, the audit."""
