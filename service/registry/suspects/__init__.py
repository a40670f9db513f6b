"""Where the next fake surfaces: what stands out among the scans, looked into by those whose product it is."""
