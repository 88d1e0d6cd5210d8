"""The command lines ``m2fnet-analyze`` and ``m2fnet-export``."""
