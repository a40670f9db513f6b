"""Shared tablets of clinics: enrolled by an admin, used by several people, who switch by PIN."""
