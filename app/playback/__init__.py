"""Pictures and sound of one medium on the screen's clock: playing through Qt, stepping through exact decoding."""
