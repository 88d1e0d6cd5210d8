"""How weights are learnt: the one loop, the losses of the paper, batches, and what each network adds."""
