"""Words that no sentence of the service may contain: they promise what a record cannot show."""

import re

BANNED = re.compile(r"\b(genuine|authentic|safe|real|guarantee)\w*|100\s*%", re.IGNORECASE)
