"""How good a model is: figures, probes on vectors, comparison of two models, and what a test must leave out."""
