"""Words about the temperature of the places where vials lie."""
