"""What the whole window uses: settings, colours, icons, words, and the table of all commands."""
