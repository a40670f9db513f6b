"""EPC URIs: what they identify, in the nouns of GS1 (Tag Data Standard 2.0, EPC pure identity URIs)."""
