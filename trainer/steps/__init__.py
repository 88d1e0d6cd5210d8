"""The steps of a run, in order, each made from what the steps before it left in the run's folder."""
