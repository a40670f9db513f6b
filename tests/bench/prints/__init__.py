"""How many printed lots are read right, on prints drawn in twelve fonts on four surfaces: `make bench-print`."""
