"""Who is who: faces followed from frame to frame, voices told apart. For people; the network knows no identities."""
