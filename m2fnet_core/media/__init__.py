"""Files as they play: length, frames by presentation time, sound, mel picture, waveform. No torch."""
