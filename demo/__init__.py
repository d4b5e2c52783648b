"""``make demo``: an identity provider at play, two real apps, and the proof as read from the apps."""
