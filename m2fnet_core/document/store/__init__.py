"""How a document lies on disk: one SQLite file. `m2fnet_core.document.project` is the way in."""
