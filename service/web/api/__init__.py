"""The JSON API: verifications, readings, health, and its OpenAPI document."""
