"""Rows as the views show, order and filter them."""
