"""What a request may ask of the service in a time: used by every audience's views."""
