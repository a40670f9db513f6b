"""Tables of a clinic's stock control."""
