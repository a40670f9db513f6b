"""All readings that a text allows, each with what had to be repaired for it. The records choose among them."""
