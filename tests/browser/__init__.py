"""What is seen and done in a real browser, against a server on loopback."""
