"""A clinic's own vials: deliveries, stock, opening and use, quarantine, tracing."""
