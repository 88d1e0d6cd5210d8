"""Small pieces that all views are made of."""
