"""What the user's code says: names, classes, the layers they hold, the calls they make, the phase each receives."""
