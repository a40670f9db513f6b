"""A clinic's own vials: received, kept, opened, used, put aside. It asks like anybody, and writes down facts."""
