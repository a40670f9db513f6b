"""What a history of scans says: one code seen by too many, in too many places, too far apart, or too late.

A code can be copied as well as a lot number, and a copy matches the record as the original does. What gives
it away is that somebody else has scanned it already: elsewhere, on another device, at another time.
`sightings` is what is kept of the scans, `suspicion` how much they look like several vials, `rules` what is
said of it in a verdict. Nobody's single scan is told to anybody: places are regions, times are days.
"""
