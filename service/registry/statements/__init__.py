"""Manufacturers' statements about their products: reviewed by a second person, then shown to patients."""
