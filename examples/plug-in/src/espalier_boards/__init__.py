"""Target files of our boards: every .toml beside this file is a target."""
