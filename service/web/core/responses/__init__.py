"""What is sent over the wire: compressed, and kept by browsers."""
