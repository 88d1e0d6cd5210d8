"""What is on screen, one room per part of the window. Views show models and ask them; they keep nothing."""
