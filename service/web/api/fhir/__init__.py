"""FHIR R4 (4.0.1) for a clinic's own software: read-only resources, and the operation `$verify`."""
