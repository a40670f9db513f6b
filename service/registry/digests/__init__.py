"""What is new for an organisation, sent by e-mail or to a web address; off until an operator sets it."""
