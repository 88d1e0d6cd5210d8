"""The network, its features and the analysis of a conversation: everything that needs no window.

Importing this package is cheap: no torch, no Qt. Modules that need torch say so in their first line.
"""
