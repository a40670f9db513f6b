"""A clinic's own vials: received, kept, opened, used, put aside. It asks, and it writes facts down."""
