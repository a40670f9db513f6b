"""What every page and API view shares: access rules, errors, forms, language, request origin, concurrency."""
