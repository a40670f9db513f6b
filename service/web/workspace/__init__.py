"""Pages for admins: overview, imports, recalls, alerts, releases, reports, suspects."""
