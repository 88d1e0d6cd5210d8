"""The network, its features and the analysis of a conversation: everything that needs no window.

Importing this package is cheap: no torch, no Qt. Modules that need torch say so in their first line.
"""

import os

# Threads that wait for each other sleep instead of spinning. Read by OpenMP when torch is first imported, so it must
# stand here. Beside a playing video (or anything else that keeps the processor busy) spinning tripled an analysis.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
