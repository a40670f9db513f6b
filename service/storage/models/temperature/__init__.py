"""Tables of the temperature of the places where clinics keep vials."""
