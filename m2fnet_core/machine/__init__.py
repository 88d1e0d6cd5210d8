"""Whether this machine and this installation can do the work: checks that say what is wrong and the way out."""
