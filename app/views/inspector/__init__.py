"""What the network says about the selected utterance, and why."""
