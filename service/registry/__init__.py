"""The telling wing: manufacturers and regulators put facts in."""
