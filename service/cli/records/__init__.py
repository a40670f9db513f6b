"""Commands about records: alerts, recalls and holds, labels."""
