"""What people and programs prove themselves with: passwords, passkeys, one-time codes, API keys."""
