"""Pages of the scanning station: the camera and scanner page, and the set-up of a USB scanner."""
