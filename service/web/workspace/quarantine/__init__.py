"""What clinics ask the owner of a product about vials in quarantine."""
