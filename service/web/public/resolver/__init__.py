"""The resolver: GS1 Digital Links of this host, and the description of the resolver itself."""
