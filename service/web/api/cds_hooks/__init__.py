"""CDS Hooks 2.0: a clinic's software asks before an order is signed, and shows the card that comes back."""
