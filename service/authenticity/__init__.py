"""What the evidence says about a vial. Pure: everything that may be looked at is in `Evidence`."""
