"""Commands of an operator: serving, settings, accounts, upkeep."""
