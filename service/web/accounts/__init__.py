"""The pages of people: signing in, one's own account, an organisation's people and keys, what was changed."""
