"""Who is who: faces followed from frame to frame. For people; the network knows no identities."""
