"""The paper's whole training: corpora to a bundle, one run folder each, every step resumable."""
