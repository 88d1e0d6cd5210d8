"""What all other rooms use: the shared words (utterance, face, event), errors, files, devices. Knows no other room."""
