"""Rules on the limits of memory, processors and devices."""
