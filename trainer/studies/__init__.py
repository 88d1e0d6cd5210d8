"""Questions to a method instead of a model: the paper's tables, context, margins."""
