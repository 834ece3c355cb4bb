"""The account of every layer: what it loses, what it would gain, what to do."""
