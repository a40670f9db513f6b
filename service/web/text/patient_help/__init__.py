"""Words for people who had an injection already, or whose clinic does not show them the vial."""
