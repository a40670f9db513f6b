"""What an answer tells its reader: what they may see, how serious it is, what to do, whom to call."""
