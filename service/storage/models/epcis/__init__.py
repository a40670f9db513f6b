"""Tables of events of the supply chain."""
