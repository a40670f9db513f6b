"""Rate limits: how much one network, or one organisation, may ask of the service in a time."""
