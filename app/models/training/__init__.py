"""The Train panel's state: a run's settings, running trainings, models in use."""
