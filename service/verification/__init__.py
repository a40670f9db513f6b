"""The asking wing: clinics and patients ask; gather evidence, judge, record the scan."""
