"""Papers of a clinic as PDF: records for the file, notes that go with vials, labels of opened vials."""
