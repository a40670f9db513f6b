"""Uses of vials: how much a vial holds, the clinic's own reference of a use, and the register of uses."""
