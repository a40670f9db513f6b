"""What all views share: access rules, errors, forms, language, request origin, concurrency."""
