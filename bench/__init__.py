"""``make bench``: what Seatkeeper costs, as figures and ratios of one run on one machine."""
