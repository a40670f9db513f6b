"""Marks: visible features of a pack by which known fakes are told, as regulators and makers published."""
