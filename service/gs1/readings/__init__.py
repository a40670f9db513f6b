"""All readings that a text allows, each with what had to be repaired. The records choose among them."""
