"""Every stage of a build, one file each; `pipeline.py` calls them in order."""
