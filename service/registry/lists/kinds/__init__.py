"""The kinds of lists that can be imported, a module each, and the checks that only unit lists need."""
