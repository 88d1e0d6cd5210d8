"""Many videos: what is left to do, who does it (this process, several, a cluster), and what came of it."""
