"""What a history of scans says: one code seen by too many, in too many places, too far apart, or too late.

A code can be copied as well as a lot number, and a copy matches the record as the original does. What reveals
it is that the code was scanned before: elsewhere, on another device, at another time. `sightings`: what is
kept of the scans. `score`: how much they look like several vials. `rules`: the reasons in a verdict. No
single scan is shown: places are regions, times are days.
"""
